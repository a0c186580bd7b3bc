/**
 * A number whose text says more than a double holds, such as 12345678901234567890. Event Ruler neither compares nor
 * orders those: such a number equals only the same text.
 */
export class InexactNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What stands at the end of a path in an event. */
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
