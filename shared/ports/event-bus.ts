import type { StarlingError } from '#shared/errors.ts';

/** What a producer puts on the bus. The bus adds the id, the account and the region, and the time if it is missing. */
export interface BusEntry {
  readonly source: string;
  readonly detailType: string;
  /** A JSON object. */
  readonly detail: object;
  /** The detail as JSON text. The bus then passes on this exact text, so that large numbers keep all digits. */
  readonly detailText?: string;
  /** Milliseconds since 1970. */
  readonly time?: number;
  readonly resources?: readonly string[];
}

/** The event that rules match and that targets get. */
export interface BusEvent<Detail = unknown> {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** RFC 3339, UTC, in whole seconds: `2026-11-21T09:10:00Z`. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: Detail;
}

export type PutResult = { readonly eventId: string } | { readonly error: StarlingError };

/** An event of the archive, with its position there. */
export interface ArchivedEvent {
  readonly position: number;
  /** A `BusEvent` as JSON. */
  readonly event: string;
}

/**
 * Publishes events, with the semantics of Amazon EventBridge: each rule whose pattern matches gets the event at least
 * once. The order is not guaranteed.
 *
 * Contract:
 * - `put` returns one result per entry, in the order of the entries. A refused entry does not affect the others.
 * - A result with an event id means: the event is durable, and the archive and the queue of each matching rule have it.
 *   A queue that two matching rules name gets it twice.
 * - An entry may be as large as the largest request body of the gateway. An adapter whose bus takes less stores the data
 *   elsewhere and sends a reference.
 *
 * Rules are put through `RuleControl` (control-plane.ts).
 *
 * @example
 * const [result] = await bus.put([{ source: 'shop', detailType: 'OrderPlaced.v1', detail: { order: 7 } }]);
 * if (result !== undefined && 'error' in result) throw result.error;
 */
export interface EventBus {
  put(entries: readonly BusEntry[]): Promise<readonly PutResult[]>;
}

/**
 * Reads the archive of events. `starling events tail` uses it.
 *
 * Contract:
 * - Positions grow in the order in which events passed, and a position never changes. A tail after any position neither loses
 *   nor repeats an event.
 * - A deployment can turn the archive off. The bus then works as before. `newest` and the first `next` of `tail` reject with
 *   `EventArchiveOffError`, which says how to turn the archive on. Standalone's archive is always on.
 */
export interface EventArchive {
  /** The position of the newest event. 0: the archive is empty. */
  newest(): Promise<number>;
  /** Yields the events after a position, oldest first, and waits for more until `signal` aborts. Then it ends without an error. */
  tail(after: number, signal: AbortSignal): AsyncIterable<ArchivedEvent>;
}
