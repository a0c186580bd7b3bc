import { dereference, format, type Schema, validate } from '@cfworker/json-schema';
import { datePattern, isDateTime, timePattern } from './date-time.ts';
import { rounded } from './exact-json.ts';
import { problemsOf, type RuleAt } from './schema-words.ts';

// The validator's own formats take leap seconds, an offset of 99 hours and a space instead of the T.
format.date = (text) => datePattern.test(text);
format.time = (text) => timePattern.test(text);
format['date-time'] = isDateTime;

/** Describes in words how a value breaks its schema. It returns undefined when the value fits. */
export type JsonCheck = (value: unknown) => string | undefined;

/** A text names this many problems at most. */
const MAX_PROBLEMS = 10;
/** A larger value may have any number of problems. Then only the first is looked for. */
const MAX_VALUES = 1_000;

/**
 * Makes a check from a JSON Schema (2020-12). The check interprets the schema. A schema that an agent brings at run
 * time therefore never becomes code of this process.
 *
 * @param whole the name of the whole value in a message, as opposed to a field in it
 *
 * @example
 * const check = jsonCheck({ type: 'object', properties: { days: { exclusiveMinimum: 0 } }, required: ['city'] }, 'params');
 * check({ days: 0 }); // 'city is missing; days must be greater than 0'
 */
export function jsonCheck(schema: Readonly<Record<string, unknown>>, whole: string): JsonCheck {
  // A copy, because the validator writes into the schema.
  const own = structuredClone(schema) as Schema;
  const lookup = dereference(own);
  const ruleAt: RuleAt = (location) => {
    let rule: unknown = own;
    for (const part of location.split('/').slice(1)) {
      const at = rule as Readonly<Record<string, unknown>>;
      const name = decodeURI(part).replaceAll('~1', '/').replaceAll('~0', '~');
      rule = name === '$ref' ? lookup[String(at.__absolute_ref__ ?? at.$ref)] : at[name];
    }
    return rule;
  };
  return (value) => {
    // To the validator, an inexact number is an object.
    const plain = rounded(value);
    const first = validate(plain, own, '2020-12', lookup, true);
    if (first.valid) return undefined;
    const { errors } = hasMoreThan(MAX_VALUES, plain) ? first : validate(plain, own, '2020-12', lookup, false);
    const problems = problemsOf(errors, ruleAt, whole);
    const more = problems.length - MAX_PROBLEMS;
    return `${problems.slice(0, MAX_PROBLEMS).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
  };
}

function hasMoreThan(max: number, value: unknown): boolean {
  const waiting = [value];
  let count = 0;
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (++count > max) return true;
    if (typeof next !== 'object' || next === null) continue;
    const members = Object.values(next);
    if (members.length > max) return true;
    waiting.push(...members);
  }
  return false;
}
