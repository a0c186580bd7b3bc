/**
 * A number with more digits than a double can hold, such as 12345678901234567890. Event Ruler does not compare or order
 * such numbers: each equals only the same text.
 */
export class InexactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** The value at the end of a path in an event. */
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
