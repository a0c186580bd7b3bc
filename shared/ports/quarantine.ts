/** An event that broke its contract. */
export interface QuarantinedEvent {
  readonly id: string;
  /** When it was put here, in milliseconds since 1970. */
  readonly at: number;
  readonly reason: string;
  /** As it came, JSON or not; halves of surrogate pairs are replaced. Absent where its blob has gone before it. */
  readonly event?: string;
}

export interface QuarantinePage {
  readonly events: readonly QuarantinedEvent[];
  /** Where the next page begins; absent when there is no more. */
  readonly next?: string;
}

export interface QuarantineQuery {
  readonly limit: number;
  /** The `next` of the page before. */
  readonly cursor?: string;
}

/** Characters of events on a page; a page ends behind the event that passes it. */
export const MAX_PAGE_LENGTH = 1_000_000;

/**
 * Where events go that broke their contract: kept with the reason for an operator, never applied.
 *
 * Contract: `list` gives the newest first, each once over its pages. A page has at most `limit` events, and fewer where
 * they are large. It throws `InvalidCursorError` for a cursor that no page gave.
 */
export interface Quarantine {
  put(reason: string, event: string): Promise<void>;
  count(): Promise<number>;
  list(query: QuarantineQuery): Promise<QuarantinePage>;
}
