/*
 * Collections for what comes and goes thousands of times a second.
 *
 * V8's Map and Set replace their table every few dozen deletes, and each table that was replaced points to the next, for
 * iterators that are under way. Once one of them has been promoted to the old generation, the collector of the young one
 * takes all later ones for alive, with whatever they held when they were replaced: calls that ended long ago are copied, and
 * copied again, until the whole heap is marked. Here nothing points on.
 */

/** Values by a text. */
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

/** Values in no order, each once. To find one takes a look at each: it is for dozens, or for hundreds. */
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

  /** Takes all out. */
  drain(): readonly Value[] {
    return this.#values.splice(0);
  }

  [Symbol.iterator](): Iterator<Value> {
    return this.#values[Symbol.iterator]();
  }
}
