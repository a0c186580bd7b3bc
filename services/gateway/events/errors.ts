import { StarlingError } from '#shared/errors.ts';

export type RefusalStatus = 400 | 403 | 413 | 415 | 503;

/** A request, or an event of a batch, that is not taken; code and message go to the producer. */
export class EventRefusedError extends StarlingError {
  readonly status: RefusalStatus;

  constructor(status: RefusalStatus, code: string, message: string, options?: { cause?: unknown }) {
    super(code, message, options);
    this.status = status;
  }
}
