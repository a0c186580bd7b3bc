/** One entry of a field's list in a pattern, parsed. A field matches when any of its matchers does. */
export type Matcher =
  | { readonly kind: 'exact'; readonly value: string | number | boolean | null }
  | { readonly kind: 'inexact-number'; readonly text: string }
  | { readonly kind: StringMatcherKind; readonly text: string }
  | { readonly kind: 'wildcard'; readonly parts: readonly string[] }
  | NumberRange
  | AddressRange
  | { readonly kind: 'anything-but'; readonly of: string; readonly excluded: readonly Matcher[] }
  | { readonly kind: 'exists' }
  | { readonly kind: 'absent' };

export type StringMatcherKind =
  | 'prefix'
  | 'suffix'
  | 'equals-ignore-case'
  | 'prefix-ignore-case'
  | 'suffix-ignore-case';

export interface NumberRange {
  readonly kind: 'range';
  readonly low: number;
  readonly lowOpen: boolean;
  readonly high: number;
  readonly highOpen: boolean;
}

/** A range of addresses of one family. The ends are upper-case hexadecimal digits: 8 for IPv4, 32 for IPv6. */
export interface AddressRange {
  readonly kind: 'address';
  readonly low: string;
  readonly lowOpen: boolean;
  readonly high: string;
  readonly highOpen: boolean;
}

/** A text that is equal for two matchers that Event Ruler treats as the same. */
export function identityOf(matcher: Matcher): string {
  if (matcher.kind !== 'anything-but') return JSON.stringify(matcher);
  return `anything-but ${matcher.of} ${matcher.excluded.map(identityOf).sort().join()}`;
}

/** Whether the matcher makes Event Ruler read numbers at its field as numbers, and not as text. */
export function comparesNumbers(matcher: Matcher): boolean {
  switch (matcher.kind) {
    case 'exact':
      return typeof matcher.value === 'number';
    case 'range':
      return true;
    case 'anything-but':
      return matcher.excluded.some(comparesNumbers);
    default:
      return false;
  }
}

/** A rule while it is read: the matchers of each field, by its path. */
export type Draft = Map<string, readonly Matcher[]>;
