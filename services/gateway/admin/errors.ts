import type { AdminErrorBody } from '#shared/admin/types.ts';
import { StarlingError } from '#shared/errors.ts';
import { InvalidPatternError } from '#shared/patterns/index.ts';
import { EventArchiveOffError, InvalidCursorError, isStoreUnavailable } from '#shared/ports/errors.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import type { GatewayContext } from '../environment.ts';

/** A request that the admin API refuses; code and message go to the caller. */
export class AdminError extends StarlingError {
  readonly status: 400 | 404;

  constructor(status: 400 | 404, code: string, message: string) {
    super(code, message);
    this.status = status;
  }
}

export function invalidParameter(name: string, problem: string): AdminError {
  return new AdminError(400, 'INVALID_PARAMETER', `The parameter ${name} ${problem}.`);
}

/** Answers whatever a route threw. What is not for the caller goes to the log. */
export function answerError(runtime: Pick<Runtime, 'log'>) {
  return (error: Error, context: GatewayContext): Response => {
    if (error instanceof AdminError) return context.json(body(error), error.status);
    if (error instanceof InvalidPatternError || error instanceof InvalidCursorError)
      return context.json(body(error), 400);
    // Not of the class of passing failures: asking again does not help.
    if (error instanceof EventArchiveOffError) return context.json(body(error), 404);
    if (!isStoreUnavailable(error)) runtime.log.error('a request of the admin API failed', { error });
    if (error instanceof StarlingError && error.code.startsWith('STORE_')) {
      return context.json(
        body({ code: 'STORE_UNAVAILABLE', message: 'The mesh cannot reach its store now. Try again later.' }),
        503,
      );
    }
    return context.json(body({ code: 'INTERNAL_ERROR', message: 'The gateway failed; its log has the details.' }), 500);
  };
}

function body({ code, message }: { readonly code: string; readonly message: string }): AdminErrorBody {
  return { error: { code, message } };
}
