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

/** A search through so many values takes less than a microsecond. Above it, the set keeps an index. */
const MAX_SEARCHED = 256;

/** Distinct values without an order. A usual set is small and has no index, which is a Map. */
export class ShortLivedSet<Value> {
  readonly #values: Value[] = [];
  /** The index of each value. Undefined while the set is small. */
  #index: Map<Value, number> | undefined;

  get size(): number {
    return this.#values.length;
  }

  add(value: Value): void {
    if (this.#find(value) >= 0) return;
    this.#index?.set(value, this.#values.length);
    this.#values.push(value);
    if (this.#values.length > MAX_SEARCHED) this.#index ??= new Map(this.#values.map((each, at) => [each, at]));
  }

  delete(value: Value): void {
    const at = this.#find(value);
    if (at < 0) return;
    const last = this.#values.pop() as Value;
    this.#index?.delete(value);
    if (at < this.#values.length) {
      this.#values[at] = last;
      this.#index?.set(last, at);
    }
    // Far below the limit, so that a set around the limit does not make an index again and again.
    if (this.#values.length < MAX_SEARCHED / 2) this.#index = undefined;
  }

  /** Removes and returns all values. */
  drain(): readonly Value[] {
    this.#index = undefined;
    return this.#values.splice(0);
  }

  [Symbol.iterator](): Iterator<Value> {
    return this.#values[Symbol.iterator]();
  }

  #find(value: Value): number {
    return this.#index === undefined ? this.#values.indexOf(value) : (this.#index.get(value) ?? -1);
  }
}
