import { InvalidPatternError } from './errors.ts';
import type { Matcher } from './matcher.ts';

const HOW = 'write ["=", 5], [">", 5] or [">=", 0, "<", 5]';

/** The operand of `numeric`. */
export function parseNumeric(operand: unknown, path: string): Matcher {
  if (!Array.isArray(operand)) throw new InvalidPatternError(path, `"numeric" takes a list: ${HOW}`);
  const [operator, bound, upperOperator, upperBound]: unknown[] = operand;
  const value = comparableNumber(bound, 'numeric', path);
  if (operand.length === 2) return oneSided(operator, value, path);
  if (operand.length !== 4) throw new InvalidPatternError(path, `"numeric" takes one or two comparisons: ${HOW}`);
  if (operator !== '>' && operator !== '>=')
    throw new InvalidPatternError(path, `a numeric range begins with ">" or ">=": ${HOW}`);
  if (upperOperator !== '<' && upperOperator !== '<=')
    throw new InvalidPatternError(path, `a numeric range ends with "<" or "<=": ${HOW}`);
  const high = comparableNumber(upperBound, 'numeric', path);
  if (value >= high) {
    throw new InvalidPatternError(
      path,
      `the lower bound of a numeric range must be less than the upper; for one value write {"numeric": ["=", ${value}]}`,
    );
  }
  return { kind: 'range', low: value, lowOpen: operator === '>', high, highOpen: upperOperator === '<' };
}

function oneSided(operator: unknown, value: number, path: string): Matcher {
  switch (operator) {
    case '=':
      return { kind: 'exact', value };
    case '>':
    case '>=':
      return { kind: 'range', low: value, lowOpen: operator === '>', high: Number.MAX_VALUE, highOpen: false };
    case '<':
    case '<=':
      return { kind: 'range', low: -Number.MAX_VALUE, lowOpen: false, high: value, highOpen: operator === '<' };
    default:
      throw new InvalidPatternError(path, `unknown comparison ${JSON.stringify(operator)}: ${HOW}`);
  }
}

/** A number that Event Ruler can compare. A double holds it exactly as written. */
export function comparableNumber(value: unknown, operator: string, path: string): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new InvalidPatternError(
    path,
    `"${operator}" compares with numbers that a double holds exactly as they are written`,
  );
}
