import { ClaimError } from '#shared/ports/blob-store.ts';

/** We did not write this reference for this event. */
export class ClaimRefusedError extends ClaimError {
  constructor(problem: string) {
    super('CLAIM_REFUSED', `The event's data is refused: ${problem}.`);
  }
}

/** The bucket no longer has the data, because the event is older than the retention of the bucket's rule. */
export class ClaimGoneError extends ClaimError {
  constructor(reference: string) {
    super(
      'CLAIM_GONE',
      `The event's data at ${reference} is gone. Blobs expire: have the producer publish the event again.`,
    );
  }
}
