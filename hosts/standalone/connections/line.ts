interface Place<Value> {
  readonly value: Value | undefined;
  before: Place<Value>;
  after: Place<Value>;
}

/**
 * Values in the order in which they came. A value leaves at the same cost wherever it stands. A Set would have an order too,
 * but see shared/short-lived.ts: thousands of connections come and go each second.
 */
export class Line<Value> {
  /** The end of the ring: the value after it is the oldest. */
  readonly #end: Place<Value>;
  #size = 0;

  constructor() {
    const end = { value: undefined } as Place<Value>;
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
    const place = { value, before: end.before, after: end };
    end.before.after = place;
    end.before = place;
    this.#size++;
    return () => {
      place.before.after = place.after;
      place.after.before = place.before;
      this.#size--;
    };
  }
}
