/** The answers of POST /events as JSON: what a producer and the CLI read. */

/** What became of one event. */
export type PutEventAnswer = TakenEvent | RefusedEvent;

/** The event is on the disk: in the queue of each rule that matches it, or in quarantine. */
export interface TakenEvent {
  /** The producer's, from the CloudEvent. */
  readonly id: string;
  /** The bus's. */
  readonly eventId: string;
  /** Why the event is in quarantine, and was not delivered: its data does not fit the schema of its source and type. */
  readonly quarantined?: string;
}

export interface RefusedEvent {
  /** The producer's, as far as it could be read. */
  readonly id?: string;
  /** The code UNAVAILABLE alone is worth another try. */
  readonly error: { readonly code: string; readonly message: string };
}

/** Of a batch, in its order. */
export interface PutEventsAnswer {
  /** How many were refused. */
  readonly failed: number;
  readonly events: readonly PutEventAnswer[];
}

/** Events of a batch. */
export const MAX_BATCH = 100;
