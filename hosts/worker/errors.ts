import { ConfigurationError } from '#shared/errors.ts';

/** A function that a worker cannot run. `names` are the functions that a worker can run. */
export class NotForWorkersError extends ConfigurationError {
  constructor(problem: string, names: readonly string[]) {
    super(
      `${problem} A worker runs a function with a subscription or a stream: ${names.join(', ') || 'this file has none'}.`,
    );
  }
}
