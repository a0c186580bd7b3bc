import { InexactNumber } from '#shared/exact-json.ts';
import { addressDigits, parseCidr, singleAddress } from './address.ts';
import { parseAnythingBut } from './anything-but.ts';
import { InvalidPatternError } from './errors.ts';
import { entriesOf } from './json.ts';
import type { Matcher, StringMatcherKind } from './matcher.ts';
import { parseNumeric } from './numeric.ts';
import { type Dialect, onlyEntry, stringOf, wildcardOf } from './operand.ts';

/** One entry of a field's list: a literal, or an object with one operator. */
export function parseEntry(entry: unknown, path: string, dialect: Dialect): Matcher {
  if (typeof entry === 'string') return parseLiteral(entry);
  if (typeof entry === 'number' || typeof entry === 'boolean' || entry === null) return { kind: 'exact', value: entry };
  if (entry instanceof InexactNumber) return { kind: 'inexact-number', text: entry.digits };
  const operators = entriesOf(entry);
  if (operators === undefined) {
    throw new InvalidPatternError(
      path,
      'a list holds strings, numbers, true, false, null and operators such as {"prefix": "a"}; nested lists are not allowed',
    );
  }
  const [operator, operand] = onlyEntry(operators, path);
  return parseOperator(operator, operand, path, dialect);
}

/** A plain string that is an IP address matches every spelling of that address. */
function parseLiteral(text: string): Matcher {
  const digits = addressDigits(text);
  return digits === undefined ? { kind: 'exact', value: text } : singleAddress(digits);
}

function parseOperator(operator: string, operand: unknown, path: string, dialect: Dialect): Matcher {
  switch (operator) {
    case 'exactly':
      return { kind: 'exact', value: stringOf(operand, operator, path) };
    case 'prefix':
    case 'suffix':
      return parseAffix(operator, operand, path);
    case 'equals-ignore-case':
      return { kind: operator, text: stringOf(operand, operator, path) };
    case 'wildcard':
      return wildcardOf(stringOf(operand, operator, path), path);
    case 'numeric':
      return parseNumeric(operand, path);
    case 'anything-but':
      return parseAnythingBut(operand, path, dialect);
    case 'exists':
      if (typeof operand === 'boolean') return { kind: operand ? 'exists' : 'absent' };
      throw new InvalidPatternError(path, '"exists" takes true or false');
    case 'cidr': {
      const range = parseCidr(stringOf(operand, operator, path));
      if (typeof range === 'string') throw new InvalidPatternError(path, `"cidr": ${range}`);
      return range;
    }
    default:
      throw new InvalidPatternError(
        path,
        `unknown operator "${operator}"; there are prefix, suffix, equals-ignore-case, wildcard, anything-but, numeric, exists and cidr`,
      );
  }
}

function parseAffix(operator: 'prefix' | 'suffix', operand: unknown, path: string): Matcher {
  const operators = entriesOf(operand);
  if (operators === undefined) return { kind: operator, text: stringOf(operand, operator, path) };
  const [inner, text] = onlyEntry(operators, path);
  if (inner !== 'equals-ignore-case') {
    throw new InvalidPatternError(
      path,
      `"${operator}" takes a string or {"equals-ignore-case": string}, not "${inner}"`,
    );
  }
  const kind: StringMatcherKind = `${operator}-ignore-case`;
  return { kind, text: stringOf(text, inner, path) };
}
