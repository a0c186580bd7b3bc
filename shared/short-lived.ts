/*
 * Collections for values that are added and removed thousands of times a second.
 *
 * V8's Map and Set replace their table every few dozen deletes. Each old table points to the next one, for iterators
 * that are still running. When an old table has moved to the old generation, the collector of the young generation
 * treats all later tables as alive, together with the values that they held when they were replaced. So it copies calls
 * that ended long ago again and again, until the whole heap is marked. These collections have no such pointers.
 */

/** Values by a text key. */
export class ShortLivedMap<Key extends string, Value> {
  readonly #values: Record<string, Value> = Object.create(null);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(key: Key): Value | undefined {
    return this.#values[key];
  }

  has(key: Key): boolean {
    return key in this.#values;
  }

  set(key: Key, value: Value): void {
    if (!(key in this.#values)) this.#size++;
    this.#values[key] = value;
  }

  delete(key: Key): void {
    if (!(key in this.#values)) return;
    delete this.#values[key];
    this.#size--;
  }
}

/** Distinct values without an order. A search reads every value, so the set is for dozens or hundreds of values. */
export class ShortLivedSet<Value> {
  readonly #values: Value[] = [];

  get size(): number {
    return this.#values.length;
  }

  add(value: Value): void {
    if (!this.#values.includes(value)) this.#values.push(value);
  }

  delete(value: Value): void {
    const at = this.#values.indexOf(value);
    if (at < 0) return;
    const last = this.#values.pop();
    if (at < this.#values.length) this.#values[at] = last as Value;
  }

  /** Removes and returns all values. */
  drain(): readonly Value[] {
    return this.#values.splice(0);
  }

  [Symbol.iterator](): Iterator<Value> {
    return this.#values[Symbol.iterator]();
  }
}
