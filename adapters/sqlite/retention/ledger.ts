import { isoTime } from '#shared/iso-time.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { Counters } from '#shared/telemetry/metrics.ts';
import type { UnreadRecords } from './records.ts';
import type { Pruned } from './step.ts';

/** Milliseconds between two log lines about a store that is too large and cannot shrink. */
const REPEAT_AFTER_MS = 60 * 60_000;

/** Counts the deleted data, and tells the operator from time to time. */
export class Ledger {
  readonly #log: Logger;
  readonly #metrics: Counters;
  readonly #pruned = new Map<Pruned, number>();
  readonly #lostMessages = new Map<string, number>();
  #unread: UnreadRecords[] = [];
  /** The creation time of the youngest task that was deleted for the store's size, in milliseconds since 1970. */
  #youngest: number | undefined;
  #fullSaidAt = Number.NEGATIVE_INFINITY;

  constructor(log: Logger, metrics: Counters) {
    this.#log = log;
    this.#metrics = metrics;
  }

  count(what: Pruned, rows: number): void {
    if (rows === 0) return;
    this.#metrics.count('starling_pruned_total', { what }, rows);
    this.#pruned.set(what, (this.#pruned.get(what) ?? 0) + rows);
  }

  unread(lost: UnreadRecords): void {
    this.#unread.push(lost);
  }

  lost(queue: string): void {
    this.#lostMessages.set(queue, (this.#lostMessages.get(queue) ?? 0) + 1);
  }

  /** Tasks were deleted before their age. `youngest` is the creation time of the youngest of them. */
  deletedEarly(youngest: number): void {
    this.#youngest = Math.max(youngest, this.#youngest ?? youngest);
  }

  /** One line tells everything that was deleted since the line before. */
  tell(): void {
    if (this.#pruned.size > 0) {
      const early = this.#youngest === undefined ? {} : { youngest: isoTime(this.#youngest) };
      this.#log.info(
        this.#youngest === undefined
          ? 'what was older than the retention was deleted'
          : 'the store reached STARLING_MAX_STORE: the oldest data of its largest holders was deleted before its age',
        { ...Object.fromEntries(this.#pruned), ...early },
      );
    }
    for (const { consumer, stream, records } of this.#unread) {
      this.#log.warn('records were deleted that a consumer had not read', { consumer, stream, records });
    }
    for (const [queue, messages] of this.#lostMessages) {
      this.#log.warn('messages were deleted that nobody took for as long as their queue keeps them', {
        queue,
        messages,
      });
    }
    this.#pruned.clear();
    this.#lostMessages.clear();
    this.#unread = [];
    this.#youngest = undefined;
  }

  /** The store is above its bound, and the rest of the data cannot be deleted. */
  full(now: number, figures: () => Readonly<Record<string, unknown>>): void {
    if (now - this.#fullSaidAt < REPEAT_AFTER_MS) return;
    this.#fullSaidAt = now;
    this.#log.error(
      'the store is larger than STARLING_MAX_STORE by what may not be deleted, and goes on growing',
      figures(),
    );
  }

  failed(error: unknown): void {
    this.#metrics.count('starling_retention_failures_total', {});
    this.#log.error('old data could not be deleted, which is tried again', { error });
  }
}
