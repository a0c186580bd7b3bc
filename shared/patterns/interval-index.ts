interface Interval<V> {
  readonly low: number;
  readonly high: number;
  readonly value: V;
}

/** The number of intervals in a sample of all intervals. */
const SAMPLE = 64;

/**
 * Values by an interval. It finds the intervals that contain a number in O(log n + found). The intervals are sorted by
 * their lower ends and read as a balanced tree. The middle one is the root. Each node has the greatest upper end below
 * it.
 */
export class IntervalIndex<V> {
  readonly #intervals = new Set<Interval<V>>();
  #sorted: readonly Interval<V>[] | undefined;
  #highest = new Float64Array(0);

  get isEmpty(): boolean {
    return this.#intervals.size === 0;
  }

  /**
   * How many values have an interval that contains both ends of this one. A sample of some dozens gives the estimate.
   */
  population(low: number, high: number): number {
    let count = 0;
    let looked = 0;
    for (const interval of this.#intervals) {
      if (interval.low <= low && interval.high >= high) count += 1;
      if (++looked === SAMPLE) return Math.round((count * this.#intervals.size) / SAMPLE);
    }
    return count;
  }

  /** Adds a value and returns a function that removes it. */
  add(low: number, high: number, value: V): () => void {
    const interval = { low, high, value };
    this.#intervals.add(interval);
    this.#sorted = undefined;
    return () => {
      this.#intervals.delete(interval);
      this.#sorted = undefined;
    };
  }

  /** Calls back for every value whose interval contains `point`. The ends belong to the interval. */
  find(point: number, found: (value: V) => void): void {
    if (this.#sorted === undefined) {
      this.#sorted = [...this.#intervals].sort((a, b) => a.low - b.low);
      this.#highest = new Float64Array(this.#sorted.length);
      this.#measure(this.#sorted, 0, this.#sorted.length);
    }
    this.#search(this.#sorted, 0, this.#sorted.length, point, found);
  }

  #measure(sorted: readonly Interval<V>[], from: number, to: number): number {
    if (from >= to) return Number.NEGATIVE_INFINITY;
    const middle = (from + to) >>> 1;
    const own = sorted[middle]?.high ?? Number.NEGATIVE_INFINITY;
    const highest = Math.max(own, this.#measure(sorted, from, middle), this.#measure(sorted, middle + 1, to));
    this.#highest[middle] = highest;
    return highest;
  }

  #search(sorted: readonly Interval<V>[], from: number, to: number, point: number, found: (value: V) => void): void {
    const middle = (from + to) >>> 1;
    const interval = sorted[middle];
    if (from >= to || interval === undefined || (this.#highest[middle] ?? point) < point) return;
    this.#search(sorted, from, middle, point, found);
    if (interval.low > point) return;
    if (interval.high >= point) found(interval.value);
    this.#search(sorted, middle + 1, to, point, found);
  }
}
