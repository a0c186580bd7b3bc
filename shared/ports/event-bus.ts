import type { StarlingError } from '#shared/errors.ts';

/** What a producer puts on the bus. The bus adds id, account, region and, where there is none, the time. */
export interface BusEntry {
  readonly source: string;
  readonly detailType: string;
  /** A JSON object. */
  readonly detail: object;
  /** The same as JSON text, where the caller has it: it then goes through as it is, to the last digit. */
  readonly detailText?: string;
  /** Milliseconds since 1970. */
  readonly time?: number;
  readonly resources?: readonly string[];
}

/** The event as rules see it and as targets get it. */
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

/** An event of the archive with its place in it. */
export interface ArchivedEvent {
  readonly position: number;
  /** A `BusEvent` as JSON. */
  readonly event: string;
}

/**
 * Amazon EventBridge's semantics: an event goes to every rule whose pattern it matches, at least once, in no promised
 * order.
 *
 * Contract:
 * - `put` answers per entry, in order; an entry that is refused leaves its neighbours alone. What was answered with an
 *   id is on the disk, in the archive and in the queue of every rule that matches, once for each rule.
 * - An entry may be as large as the gateway's largest body; an adapter whose bus takes less carries it by reference.
 */
export interface EventBus {
  put(entries: readonly BusEntry[]): Promise<readonly PutResult[]>;
}

/** Every event as it passes, from the archive: what `starling events tail` shows. */
export interface EventArchive {
  /** The position of the newest event, 0 when there is none. */
  newest(): Promise<number>;
  /** Events after a position, oldest first; waits for more until `signal` aborts. */
  tail(after: number, signal: AbortSignal): AsyncIterable<ArchivedEvent>;
}
