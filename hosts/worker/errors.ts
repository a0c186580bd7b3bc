import { ConfigurationError } from '#shared/errors.ts';

/** A function that no worker can run; `names` are those that one can. */
export class NotForWorkersError extends ConfigurationError {
  constructor(problem: string, names: readonly string[]) {
    super(
      `${problem} A worker runs a function with a subscription or a stream: ${names.join(', ') || 'there is none'}.`,
    );
  }
}
