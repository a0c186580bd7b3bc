import { InvalidPatternError } from './errors.ts';
import { entriesOf } from './json.ts';
import type { Matcher } from './matcher.ts';
import { comparableNumber } from './numeric.ts';
import { type Dialect, onlyEntry, stringOf, wildcardOf } from './operand.ts';

/**
 * `{"anything-but": …}`: a string, a number, a list of strings or of numbers, or an object with one of four operators.
 */
export function parseAnythingBut(operand: unknown, path: string, dialect: Dialect): Matcher {
  const operators = entriesOf(operand);
  if (operators === undefined) return parseValues(operand, path);
  const [operator, inner] = onlyEntry(operators, path);
  if (dialect === 'legacy' && operator !== 'equals-ignore-case' && typeof inner !== 'string') {
    throw new InvalidPatternError(path, `"${operator}" inside "anything-but" takes a single string in this pattern`);
  }
  const texts = Array.isArray(inner) ? inner : [inner];
  const excluded = texts.map((text) => exclusion(operator, stringOf(text, operator, path), path, dialect));
  return { kind: 'anything-but', of: operator, excluded };
}

function parseValues(operand: unknown, path: string): Matcher {
  const values: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const strings = values.filter((value) => typeof value === 'string');
  if (values.length > 0 && strings.length === values.length) {
    return { kind: 'anything-but', of: 'strings', excluded: strings.map((value) => ({ kind: 'exact', value })) };
  }
  if (values.length === 0 || strings.length > 0) {
    throw new InvalidPatternError(
      path,
      'a list in "anything-but" holds at least one value, and only strings or only numbers',
    );
  }
  const excluded = values.map(
    (value): Matcher => ({ kind: 'exact', value: comparableNumber(value, 'anything-but', path) }),
  );
  return { kind: 'anything-but', of: 'numbers', excluded };
}

function exclusion(operator: string, text: string, path: string, dialect: Dialect): Matcher {
  switch (operator) {
    case 'prefix':
    case 'suffix':
      if (text === '')
        throw new InvalidPatternError(path, `an empty "${operator}" inside "anything-but" would exclude every string`);
      return { kind: operator, text };
    case 'equals-ignore-case':
      return { kind: operator, text };
    case 'wildcard':
      if (dialect === 'current') return wildcardOf(text, path);
      break;
    default:
  }
  throw new InvalidPatternError(
    path,
    `"anything-but" takes strings, numbers, prefix, suffix, equals-ignore-case or wildcard, not "${operator}"`,
  );
}
