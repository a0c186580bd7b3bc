/** The JSON answers of POST /events, for producers and the CLI. */

/** The outcome of one event. */
export type PutEventAnswer = TakenEvent | RefusedEvent;

/** The event is on the disk: in the queue of each matching rule, or in quarantine. */
export interface TakenEvent {
  /** The id that the producer gave the CloudEvent. */
  readonly id: string;
  /** The id that the bus gave the event. */
  readonly eventId: string;
  /** Set if the event is in quarantine and not delivered: the reason why its data does not fit its schema. */
  readonly quarantined?: string;
}

export interface RefusedEvent {
  /** The id that the producer gave the event, if it is readable. */
  readonly id?: string;
  /** Try again only when the code is UNAVAILABLE. */
  readonly error: { readonly code: string; readonly message: string };
}

/** The answer for a batch. `events` has the order of the batch. */
export interface PutEventsAnswer {
  /** The number of refused events. */
  readonly failed: number;
  readonly events: readonly PutEventAnswer[];
}

/** The most events in a batch. */
export const MAX_BATCH = 100;
