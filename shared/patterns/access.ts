import type { PatternField } from './compile.ts';
import type { Key } from './leaf-index.ts';
import type { AddressRange, Matcher } from './matcher.ts';

/** How a field's candidates are looked up: one of its keys must be met. */
export interface Access {
  readonly keys: readonly Key[];
  /** How many leaves meet the widest of the keys, roughly: 0 for an exact value, up to ANY. */
  readonly width: number;
}

const ANY: Access = { keys: [{ kind: 'any' }], width: 9 };
/** A text this short is met by too many leaves to be better than a range. */
const SHORT = 3;
const ASCII = /^[\0-\x7f]*$/;

/** The ways to look a field up; none where it may also be absent: then nothing in the event need point to it. */
export function accessesOf(field: PatternField): readonly Access[] {
  if (field.absent) return [];
  const [matcher, ...more] = field.matchers;
  if (matcher?.kind === 'wildcard' && more.length === 0) return wildcardAccesses(matcher.parts);
  const each = field.matchers.map(accessOfMatcher);
  const width = Math.max(...each.map((access) => access.width));
  return [width === ANY.width ? ANY : { keys: each.flatMap((access) => access.keys), width }];
}

/** How many leaves pass the field's test, roughly; narrow tests are also the cheap ones. */
export function widthOf(field: PatternField): number {
  return Math.min(ANY.width, ...accessesOf(field).map(({ width }) => width));
}

function accessOfMatcher(matcher: Matcher): Access {
  switch (matcher.kind) {
    case 'exact':
      return { keys: [{ kind: 'is', value: matcher.value }], width: 0 };
    case 'range':
      return { keys: [{ kind: 'between', low: matcher.low, high: matcher.high }], width: 5 };
    case 'address':
      return addressAccess(matcher);
    case 'equals-ignore-case':
      // Other letters have forms that lower case does not bring together.
      return ASCII.test(matcher.text)
        ? { keys: [{ kind: 'equals', text: matcher.text, ignoreCase: true }], width: 1 }
        : ANY;
    // A quote at the end (or at the front of a suffix) may be the closing one of the value: see field-test.ts.
    case 'prefix':
      return textAccess('begins', matcher.text.replace(/"$/, ''), false);
    case 'suffix':
      return textAccess('ends', matcher.text.replace(/^"/, ''), false);
    case 'prefix-ignore-case':
      return textAccess('begins', matcher.text.replace(/"$/, ''), true);
    case 'suffix-ignore-case':
      return textAccess('ends', matcher.text.replace(/^"/, ''), true);
    case 'wildcard':
      return wildcardAccesses(matcher.parts).reduce((best, choice) => (choice.width < best.width ? choice : best), ANY);
    case 'inexact-number':
    case 'anything-but':
    case 'exists':
    case 'absent':
      return ANY;
    default:
      return matcher satisfies never;
  }
}

function textAccess(kind: 'begins' | 'ends' | 'contains', text: string, ignoreCase: boolean): Access {
  if (text === '' || (ignoreCase && !ASCII.test(text))) return ANY;
  return { keys: [{ kind, text, ignoreCase }], width: (text.length < SHORT ? 6 : 2) + (kind === 'contains' ? 1 : 0) };
}

/** By the beginning, the end or the longest part within. */
function wildcardAccesses(parts: readonly string[]): readonly Access[] {
  const first = parts[0] ?? '';
  if (parts.length === 1) return [{ keys: [{ kind: 'is', value: first }], width: 0 }];
  const within = parts.slice(1, -1).reduce((longest, part) => (part.length > longest.length ? part : longest), '');
  return [
    textAccess('begins', first, false),
    textAccess('ends', parts.at(-1) ?? '', false),
    textAccess('contains', within, false),
  ];
}

/** The digits that both ends of the range share. */
function addressAccess({ low, high }: AddressRange): Access {
  let shared = 0;
  while (shared < low.length && low[shared] === high[shared]) shared += 1;
  return shared === 0 ? ANY : { keys: [{ kind: 'address', digits: low.slice(0, shared) }], width: 4 };
}
