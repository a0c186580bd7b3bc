/** The kind of deleted data, as the metric and the log name it. */
export type Pruned = 'tasks' | 'events' | 'records' | 'messages' | 'quarantine' | 'message_ids' | 'idempotency';

/** The deleted data of one transaction, and the place where the next one continues. Undefined: all is done. */
export interface Step<Cursor> {
  readonly pruned: number;
  /** Archived events that were deleted together with the pruned data. */
  readonly events?: number;
  readonly next: Cursor | undefined;
}

/** The access of pruners to the store. */
export interface Work {
  /**
   * Runs steps until none is left. Each step is a transaction of its own. It may run twice, as every transaction may,
   * so it stores nothing except its result.
   *
   * @returns false when retention was stopped before the end.
   */
  run<Cursor>(what: Pruned, from: Cursor, step: (at: Cursor) => Step<Cursor>): Promise<boolean>;
  read<T>(query: () => T): Promise<T>;
  /** Gives calls time between two reads. */
  pause(): Promise<void>;
  /** Whether retention was stopped. */
  readonly isStopped: boolean;
}

/**
 * The bounds of one transaction. Calls may wait for its few milliseconds. Bytes count too, because SQLite reads long
 * deleted values page by page.
 */
export const STEP_LIMIT = { rows: 2_000, bytes: 2 * 1024 * 1024 };

/** Data is kept for at least this time at any size, because a client that waits for a task reads it after its end. */
export const FRESH_MS = 2_000;

export interface Cost {
  readonly rows: number;
  readonly bytes: number;
}

/**
 * The end of the longest range from `from` that fits into a transaction, found by halving. It is at most `to` and at
 * least `from`.
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
