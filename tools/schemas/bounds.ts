import type { Schema } from '#shared/schemas/schema.ts';

export type Direction = 'widened' | 'narrowed' | 'both';

type BoundKeyword = 'minimum' | 'minLength' | 'minItems' | 'maximum' | 'maxLength' | 'maxItems' | 'pattern' | 'format';
type Value = Schema[BoundKeyword];

interface Bound {
  readonly keyword: BoundKeyword;
  /** The effect of a change from one value to another. `undefined` is no bound. */
  readonly direction: (before: Value, after: Value) => Direction;
}

const lower = (before: Value, after: Value): Direction =>
  Number(after ?? -Infinity) < Number(before ?? -Infinity) ? 'widened' : 'narrowed';
const upper = (before: Value, after: Value): Direction =>
  Number(after ?? Infinity) > Number(before ?? Infinity) ? 'widened' : 'narrowed';
/** Two rules for text cannot be compared, so a change counts as both. */
const text = (before: Value, after: Value): Direction => {
  if (after === undefined) return 'widened';
  return before === undefined ? 'narrowed' : 'both';
};

/** The keywords that bound a value. For each: the effect of its change on the set of valid values. */
export const bounds: readonly Bound[] = [
  ...(['minimum', 'minLength', 'minItems'] as const).map((keyword) => ({ keyword, direction: lower })),
  ...(['maximum', 'maxLength', 'maxItems'] as const).map((keyword) => ({ keyword, direction: upper })),
  ...(['pattern', 'format'] as const).map((keyword) => ({ keyword, direction: text })),
];

export function textOf(value: Value): string {
  return value === undefined ? 'not set' : String(value);
}
