import { keptRules } from './duplicates.ts';
import { InvalidPatternError } from './errors.ts';
import { parseEntry } from './expression.ts';
import { type FieldTest, fieldTest } from './field-test.ts';
import { entriesOf, readPatternText } from './json.ts';
import type { Draft, Matcher } from './matcher.ts';
import type { Dialect } from './operand.ts';
import { RESERVED_IN_OR } from './reserved.ts';

/** One field of a rule: the leaves at its path must pass the test, or, where `absent`, there may be none. */
export interface PatternField {
  readonly path: string;
  readonly matchers: readonly Matcher[];
  readonly test: FieldTest;
  readonly absent: boolean;
  /** Not reached through a key "" of the event: see `hasEmptyStep`. */
  readonly blind: boolean;
}

/** Fields that must all match, in the order of their paths, which decides what `exists: false` sees. */
export interface PatternRule {
  readonly fields: readonly PatternField[];
}

/** A checked event pattern: it matches when one of its rules does. There is more than one only with `$or`. */
export interface CompiledPattern {
  readonly rules: readonly PatternRule[];
}

/** Event Ruler's, per rule. */
const MAX_FIELDS = 256;
/** EventBridge's; Event Ruler has none, and each further `$or` multiplies. */
const MAX_RULES = 1000;
/** That of the JSON reader under Event Ruler. */
const MAX_DEPTH = 1000;

/**
 * Compiles an event pattern given as parsed JSON.
 *
 * @throws InvalidPatternError for what AWS's Event Ruler refuses
 */
export function compilePattern(pattern: unknown): CompiledPattern {
  const drafts = draft(pattern);
  const seesEmptyKeys = drafts.some((rule) => rule.keys().some(hasEmptyStep));
  return { rules: keptRules(drafts).map((rule) => toRule(rule, seesEmptyKeys)) };
}

/**
 * Compiles an event pattern given as JSON text. Repeated keys count as Event Ruler counts them: for the same field the
 * last list wins.
 *
 * @throws InvalidPatternError for what AWS's Event Ruler refuses, and for text that is not JSON
 */
export function parsePattern(json: string): CompiledPattern {
  return compilePattern(readPatternText(json));
}

/**
 * Ruler falls back to an older compiler when the current one refuses. That one knows no `$or` and takes it for a field's
 * name, so {"$or": ["a"]} is a pattern for events with a field "$or".
 */
function draft(pattern: unknown): Draft[] {
  try {
    return new PatternReader('current').read(pattern);
  } catch (error) {
    if (!(error instanceof InvalidPatternError)) throw error;
    try {
      return new PatternReader('legacy').read(pattern);
    } catch {
      throw error;
    }
  }
}

class PatternReader {
  readonly #dialect: Dialect;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  read(pattern: unknown): Draft[] {
    const entries = entriesOf(pattern);
    if (entries === undefined)
      throw new InvalidPatternError('', 'it must be a JSON object such as {"source": ["starling.tasks"]}');
    const rules: Draft[] = [];
    this.#readObject(rules, entries, [], false);
    for (const rule of rules) for (const [field, matchers] of rule) refuseUnusable(field, matchers);
    return rules;
  }

  #readObject(
    rules: Draft[],
    entries: readonly (readonly [string, unknown])[],
    steps: readonly string[],
    inOr: boolean,
  ): void {
    const path = steps.join('.');
    if (entries.length === 0)
      throw new InvalidPatternError(path, 'empty objects are not allowed; name at least one field');
    if (steps.length > MAX_DEPTH) throw new InvalidPatternError('', `it is nested deeper than ${MAX_DEPTH} levels`);
    for (const [name, value] of entries) {
      if (name === '$or' && this.#dialect === 'current') {
        this.#readOr(rules, value, steps);
        continue;
      }
      // Joined from the steps before it, and an empty first step leaves no dot: {"": {"a": [1]}} is the field "a".
      const field = path === '' ? name : `${path}.${name}`;
      if (inOr && RESERVED_IN_OR.has(name))
        throw new InvalidPatternError(field, `"${name}" is reserved and cannot name a field inside "$or"`);
      const nested = entriesOf(value);
      if (nested !== undefined) this.#readObject(rules, nested, [...steps, name], inOr);
      else this.#readField(rules, field, value);
    }
  }

  /** Every rule so far goes on once per branch. Later fields apply to all branches, and the last list of a path wins. */
  #readOr(rules: Draft[], branches: unknown, steps: readonly string[]): void {
    const path = [...steps, '$or'].join('.');
    if (!Array.isArray(branches) || branches.length < 2)
      throw new InvalidPatternError(path, '"$or" takes a list of at least two objects');
    const before = rules.splice(0);
    for (const branch of branches) {
      const entries = entriesOf(branch);
      if (entries === undefined) throw new InvalidPatternError(path, '"$or" takes a list of objects');
      const forked = before.map((rule): Draft => new Map(rule));
      if (forked.length === 0) forked.push(new Map());
      this.#readObject(forked, entries, steps, true);
      rules.push(...forked);
      if (rules.length > MAX_RULES)
        throw new InvalidPatternError(
          path,
          `"$or" makes more than ${MAX_RULES} combinations; split the pattern into several rules`,
        );
    }
  }

  #readField(rules: Draft[], field: string, list: unknown): void {
    if (!Array.isArray(list))
      throw new InvalidPatternError(
        field,
        'a field takes a list of values, or an object of fields; write ["a"] instead of "a"',
      );
    if (list.length === 0)
      throw new InvalidPatternError(field, 'empty lists are not allowed; for "any value" write [{"exists": true}]');
    const matchers = list.map((entry) => parseEntry(entry, field, this.#dialect));
    if (rules.length === 0) rules.push(new Map());
    for (const rule of rules) {
      rule.set(field, matchers);
      if (rule.size > MAX_FIELDS) throw new InvalidPatternError(field, `a pattern has at most ${MAX_FIELDS} fields`);
    }
  }
}

/** What Ruler's compiler takes and its machine then fails on. A list that a later one replaced never gets there. */
function refuseUnusable(field: string, matchers: readonly Matcher[]): void {
  const [first] = matchers;
  if (first?.kind === 'anything-but' && first.excluded.length === 0) {
    throw new InvalidPatternError(field, 'a list in "anything-but" holds at least one value');
  }
  for (const matcher of matchers) {
    if (matcher.kind === 'range' && matcher.low >= matcher.high) {
      throw new InvalidPatternError(field, 'the bound is at the end of what a double holds, so it bounds nothing');
    }
  }
}

function toRule(rule: Draft, seesEmptyKeys: boolean): PatternRule {
  return {
    fields: [...rule.keys()].sort().map((path) => {
      const matchers = rule.get(path) ?? [];
      return {
        path,
        matchers,
        test: fieldTest(matchers),
        absent: matchers.some((matcher) => matcher.kind === 'absent'),
        blind: path.endsWith('.') && !seesEmptyKeys,
      };
    }),
  };
}

/**
 * Ruler reads only those keys of an event that some field of the pattern names, and splits the field's path for this in
 * Java's way, which drops empty steps at the end: the field "a." names the key "a", not the key "".
 */
function hasEmptyStep(path: string): boolean {
  const steps = path.replace(/\.+$/, '');
  return path === '' || (steps !== '' && steps.split('.').includes(''));
}
