interface Link<Value> {
  readonly value: Value | undefined;
  before: Link<Value>;
  after: Link<Value>;
}

/**
 * Values in the order in which they came. A value leaves at the same cost wherever it stands. A Set would have an order too,
 * but see shared/short-lived.ts: thousands of connections come and go each second.
 */
export class Line<Value> {
  /** The end of the ring: the value after it is the oldest. */
  readonly #end: Link<Value>;
  #size = 0;

  constructor() {
    const end = { value: undefined } as Link<Value>;
    end.before = end;
    end.after = end;
    this.#end = end;
  }

  get size(): number {
    return this.#size;
  }

  get oldest(): Value | undefined {
    return this.#end.after.value;
  }

  /** Adds a value as the newest. @returns removes the value. Call it once. */
  join(value: Value): () => void {
    const end = this.#end;
    const link = { value, before: end.before, after: end };
    end.before.after = link;
    end.before = link;
    this.#size++;
    return () => {
      link.before.after = link.after;
      link.after.before = link.before;
      this.#size--;
    };
  }
}
