import { StarlingError } from '#shared/errors.ts';

/** A `subscription` that cannot be wired. `key` is the option that is wrong, if one is: whoever has the file knows its line. */
export class InvalidSubscriptionError extends StarlingError {
  readonly key: string | undefined;

  constructor(message: string, key?: string, options?: { cause?: unknown }) {
    super('INVALID_SUBSCRIPTION', message, options);
    this.key = key;
  }
}
