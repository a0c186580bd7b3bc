import { format, type Schema, Validator } from '@cfworker/json-schema';
import { datePattern, isDateTime, timePattern } from './date-time.ts';
import { rounded } from './exact-json.ts';

// The validator's own formats take leap seconds, an offset of 99 hours and a space instead of the T.
format.date = (text) => datePattern.test(text);
format.time = (text) => timePattern.test(text);
format['date-time'] = isDateTime;

/** Describes the first problem that a caller can fix. It returns undefined when the value fits the schema. */
export type JsonCheck = (value: unknown) => string | undefined;

/**
 * Makes a check from a JSON Schema (2020-12). The check interprets the schema. A schema that an agent brings at run
 * time therefore never becomes code of this process.
 *
 * @param whole the name of the whole value in a message, as opposed to a field in it
 *
 * @example
 * const check = jsonCheck({ type: 'object', required: ['city'] }, 'params');
 * check({}); // 'params: Instance does not have required property "city"'
 */
export function jsonCheck(schema: Readonly<Record<string, unknown>>, whole: string): JsonCheck {
  const validator = new Validator(schema as Schema, '2020-12');
  return (value) => {
    // To the validator, an inexact number is an object.
    const { valid, errors } = validator.validate(rounded(value));
    if (valid) return undefined;
    // The last error is the innermost. The caller can fix that one.
    const innermost = errors.at(-1);
    const where = innermost?.instanceLocation.replace(/^#\/?/, '') || whole;
    const why =
      innermost?.keyword === 'false' ? 'is not a field that it takes' : (innermost?.error ?? 'does not fit the schema');
    return `${where}: ${why.replace(/\.$/, '')}`;
  };
}
