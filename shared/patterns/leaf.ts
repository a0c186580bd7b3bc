import { InexactNumber } from '#shared/exact-json.ts';

/**
 * The value at the end of a path in an event. Event Ruler does not compare or order inexact numbers: each equals only the same
 * text.
 */
export type Leaf = string | number | boolean | null | InexactNumber;

export function isLeaf(value: unknown): value is Leaf {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
      return true;
    default:
      return value === null || value instanceof InexactNumber;
  }
}
