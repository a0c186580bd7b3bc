import { keptRules } from './duplicates.ts';
import { InvalidPatternError } from './errors.ts';
import { parseEntry } from './expression.ts';
import { type FieldTest, fieldTest } from './field-test.ts';
import { entriesOf, readPatternText } from './json.ts';
import type { Draft, Matcher } from './matcher.ts';
import type { Dialect } from './operand.ts';
import { RESERVED_IN_OR } from './reserved.ts';

/** One field of a rule. A leaf at its path must pass the test. With `absent`, the path may also have no leaf. */
export interface PatternField {
  readonly path: string;
  readonly matchers: readonly Matcher[];
  readonly test: FieldTest;
  readonly absent: boolean;
  /** The field ignores leaves below a key "" of the event: see `hasEmptyStep`. */
  readonly blind: boolean;
}

/** Fields that must all match. The order is that of their paths, and it decides what `exists: false` sees. */
export interface PatternRule {
  readonly fields: readonly PatternField[];
}

/** A checked event pattern. It matches when one of its rules matches. Only `$or` makes more than one rule. */
export interface CompiledPattern {
  readonly rules: readonly PatternRule[];
}

/** Event Ruler's limit for each rule. */
const MAX_FIELDS = 256;
/** EventBridge's limit. Event Ruler has no limit, and each further `$or` multiplies the number of rules. */
const MAX_RULES = 1000;
/** The limit of the JSON reader under Event Ruler. */
const MAX_DEPTH = 1000;

/**
 * Compiles an event pattern given as parsed JSON.
 *
 * @throws InvalidPatternError for a pattern that AWS's Event Ruler refuses
 */
export function compilePattern(pattern: unknown): CompiledPattern {
  const drafts = draft(pattern);
  const seesEmptyKeys = drafts.some((rule) => rule.keys().some(hasEmptyStep));
  return { rules: keptRules(drafts).map((rule) => toRule(rule, seesEmptyKeys)) };
}

/**
 * Compiles an event pattern given as JSON text. Repeated keys are treated as in Event Ruler: the last list of a field
 * wins.
 *
 * @throws InvalidPatternError for a pattern that AWS's Event Ruler refuses, and for text that is not JSON
 */
export function parsePattern(json: string): CompiledPattern {
  return compilePattern(readPatternText(json));
}

/**
 * When the current compiler refuses a pattern, Ruler falls back to an older one. The older one has no `$or` and reads
 * it as the name of a field, so {"$or": ["a"]} is a pattern for events with a field "$or".
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
      // The path is joined from its steps. An empty first step leaves no dot: {"": {"a": [1]}} is the field "a".
      const field = path === '' ? name : `${path}.${name}`;
      if (inOr && RESERVED_IN_OR.has(name))
        throw new InvalidPatternError(field, `"${name}" is reserved and cannot name a field inside "$or"`);
      const nested = entriesOf(value);
      if (nested !== undefined) this.#readObject(rules, nested, [...steps, name], inOr);
      else this.#readField(rules, field, value);
    }
  }

  /**
   * Copies every rule so far once for each branch. Later fields apply to all branches. The last list of a path wins.
   */
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
      for (const rule of forked) rules.push(rule);
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

/**
 * Refuses rules that pass Ruler's compiler but fail in its machine. A list that a later one replaced does not count.
 */
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
 * Ruler reads only keys of an event that a field of the pattern names. It splits the field's path as Java does, which
 * drops empty steps at the end: the field "a." names the key "a", not the key "".
 */
function hasEmptyStep(path: string): boolean {
  const steps = path.replace(/\.+$/, '');
  return path === '' || (steps !== '' && steps.split('.').includes(''));
}
