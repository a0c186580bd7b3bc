import type { PatternField } from './compile.ts';
import type { Key } from './leaf-index.ts';
import type { AddressRange, Matcher } from './matcher.ts';

/** The keys by which a field is looked up. A leaf must satisfy at least one of them. */
export interface Access {
  readonly keys: readonly Key[];
  /** A rough measure of how many leaves satisfy the widest key: from 0, an exact value, to the width of ANY. */
  readonly width: number;
}

const ANY: Access = { keys: [{ kind: 'any' }], width: 9 };
/** Characters. Too many leaves satisfy a text of up to this length, so it is no better than a range. */
const SHORT = 3;
const ASCII = /^[\0-\x7f]*$/;

/** The ways to look up a field. The list is empty if the field may be absent: then no leaf of the event leads to it. */
export function accessesOf(field: PatternField): readonly Access[] {
  if (field.absent) return [];
  const [matcher, ...more] = field.matchers;
  if (matcher?.kind === 'wildcard' && more.length === 0) return wildcardAccesses(matcher.parts);
  const each = field.matchers.map(accessOfMatcher);
  const width = each.reduce((widest, access) => Math.max(widest, access.width), 0);
  return [width === ANY.width ? ANY : { keys: each.flatMap((access) => access.keys), width }];
}

/** A rough measure of how many leaves pass the field's test. Narrow tests are also cheap. */
export function widthOf(field: PatternField): number {
  return accessesOf(field).reduce((narrowest, { width }) => Math.min(narrowest, width), ANY.width);
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
      // Letters outside ASCII have forms that stay different in lower case.
      return ASCII.test(matcher.text)
        ? { keys: [{ kind: 'equals', text: matcher.text, ignoreCase: true }], width: 1 }
        : ANY;
    // A quote at the end of a prefix (or at the front of a suffix) may be the value's own quote: see field-test.ts.
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

/** Looks up a wildcard by its beginning, its end or its longest inner part. */
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

/** The first digits, which both ends of the range share. */
function addressAccess({ low, high }: AddressRange): Access {
  let shared = 0;
  while (shared < low.length && low[shared] === high[shared]) shared += 1;
  return shared === 0 ? ANY : { keys: [{ kind: 'address', digits: low.slice(0, shared) }], width: 4 };
}
