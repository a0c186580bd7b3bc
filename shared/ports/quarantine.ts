/** An event that broke its contract. */
export interface QuarantinedEvent {
  readonly id: string;
  /** When the event was quarantined, in milliseconds since 1970. */
  readonly at: number;
  readonly reason: string;
  /** The text as it came; it need not be JSON. Lone surrogates are replaced. Absent when the blob with the text has expired. */
  readonly event?: string;
}

export interface QuarantinePage {
  readonly events: readonly QuarantinedEvent[];
  /** The cursor of the next page. Absent on the last page. */
  readonly next?: string;
}

export interface QuarantineQuery {
  readonly limit: number;
  /** The `next` of the page before. */
  readonly cursor?: string;
}

/** The most characters of events on one page. The event that exceeds this number is the last of its page. */
export const MAX_PAGE_LENGTH = 1_000_000;

/**
 * Stores events that break their contract, with the reason, for an operator. These events are never applied.
 *
 * Contract: `list` returns the newest event first. Over all pages, each event comes once. A page has at most `limit`
 * events, and fewer if they are large.
 *
 * Errors: `InvalidCursorError` from `list` for a cursor that does not come from a page.
 */
export interface Quarantine {
  put(reason: string, event: string): Promise<void>;
  count(): Promise<number>;
  list(query: QuarantineQuery): Promise<QuarantinePage>;
}
