/** What retention takes out of the store, as its metric and its log name it. */
export type Pruned = 'tasks' | 'events' | 'records' | 'messages' | 'quarantine' | 'message_ids' | 'idempotency';

/** What one transaction took out, and from where the next goes on; undefined when all is done. */
export interface Step<Cursor> {
  readonly pruned: number;
  /** Archived events that left together with what was pruned. */
  readonly events?: number;
  readonly next: Cursor | undefined;
}

/** How pruners get at the store. */
export interface Work {
  /**
   * Runs steps, each as a transaction of its own, until none is left. A step may be run twice, as units may, so it
   * keeps nothing but what it returns.
   *
   * @returns false when retention was stopped before the end.
   */
  run<Cursor>(what: Pruned, from: Cursor, step: (at: Cursor) => Step<Cursor>): Promise<boolean>;
  read<T>(query: () => T): Promise<T>;
  /** Leaves time to calls between two reads. */
  pause(): Promise<void>;
  /** Whether retention was stopped. */
  readonly isStopped: boolean;
}

/**
 * Of one transaction: a few milliseconds, for which calls may have to wait. Bytes count too, as what is deleted beyond
 * a page is read page by page.
 */
export const STEP_LIMIT = { rows: 2_000, bytes: 2 * 1024 * 1024 };

export interface Cost {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * The end of the longest range from `from` on, but not beyond `to`, that is found by halving and fits into a unit;
 * `from` itself at the least.
 */
export function endOfStep(from: number, to: number, costOf: (end: number) => Cost): number {
  let end = to;
  while (end > from) {
    const { rows, bytes } = costOf(end);
    if (rows <= STEP_LIMIT.rows && bytes <= STEP_LIMIT.bytes) return end;
    end = from + Math.floor((end - from) / 2);
  }
  return from;
}
