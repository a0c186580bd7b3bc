import type { StoreUnavailableError } from '#shared/ports/errors.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { Counters } from '#shared/telemetry/metrics.ts';
import { reasonOf } from './store-errors.ts';

/** The time between two log lines about one trouble. Thousands of calls per second may fail. */
const REPEAT_AFTER_MS = 60_000;
/**
 * The trouble is over after this time without a failure. On a nearly full disk, small batches may fit between large
 * ones.
 */
const RECOVERED_AFTER_MS = 5_000;

export interface StoreWatchOptions {
  readonly log: Pick<Logger, 'error' | 'info'>;
  readonly metrics: Counters;
  /** Milliseconds that only go forward. */
  readonly monotonic: () => number;
}

interface Trouble {
  readonly since: number;
  saidAt: number;
  lastAt: number;
  refused: number;
}

/** Logs that the store cannot write, repeats this while the trouble lasts, and logs when the store writes again. */
export class StoreWatch {
  readonly #options: StoreWatchOptions;
  #trouble: Trouble | undefined;
  #checkpointSaidAt = Number.NEGATIVE_INFINITY;
  #refused = 0;

  constructor(options: StoreWatchOptions) {
    this.#options = options;
  }

  /** How many pieces of work were refused since the start. */
  get refused(): number {
    return this.#refused;
  }

  /** `count` pieces of work were refused. */
  failed(error: StoreUnavailableError, count: number): void {
    const { log, metrics, monotonic } = this.#options;
    const now = monotonic();
    this.#refused += count;
    metrics.count('starling_store_write_failures_total', { reason: reasonOf(error.cause) }, count);
    this.#trouble ??= { since: now, saidAt: Number.NEGATIVE_INFINITY, lastAt: now, refused: 0 };
    this.#trouble.refused += count;
    this.#trouble.lastAt = now;
    if (now - this.#trouble.saidAt < REPEAT_AFTER_MS) return;
    this.#trouble.saidAt = now;
    log.error('the store cannot write: callers are told so, and the mesh goes on once it can', {
      error,
      refused: this.#trouble.refused,
    });
  }

  /** Something was written. */
  succeeded(): void {
    if (this.#trouble === undefined) return;
    const now = this.#options.monotonic();
    const { since, lastAt, refused } = this.#trouble;
    if (now - lastAt < RECOVERED_AFTER_MS) return;
    this.#trouble = undefined;
    const seconds = Math.round((lastAt - since) / 1000);
    this.#options.log.info('the store writes again', { refused, seconds });
  }

  /** The write-ahead log could not be moved into the database; nothing is lost, but it grows. */
  checkpointFailed(error: StoreUnavailableError): void {
    const { log, metrics, monotonic } = this.#options;
    const now = monotonic();
    metrics.count('starling_store_checkpoint_failures_total', { reason: reasonOf(error.cause) });
    if (now - this.#checkpointSaidAt < REPEAT_AFTER_MS) return;
    this.#checkpointSaidAt = now;
    log.error('the write-ahead log cannot be moved into the database, and grows until it can', { error });
  }
}
