import { ClaimError } from '#shared/ports/blob-store.ts';

/** The reference is none that we wrote for this event. */
export class ClaimRefusedError extends ClaimError {
  constructor(problem: string) {
    super('CLAIM_REFUSED', `The event's data is refused: ${problem}.`);
  }
}

/** The data is no longer in the bucket: the event is older than the bucket's rule keeps blobs. */
export class ClaimGoneError extends ClaimError {
  constructor(reference: string) {
    super(
      'CLAIM_GONE',
      `The event's data at ${reference} is gone. Blobs expire: have the producer publish the event again.`,
    );
  }
}
