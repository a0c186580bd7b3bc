import { StarlingError } from '#shared/errors.ts';
import { JsonBodyError } from '#shared/http/json-body.ts';
import { HttpError, internalError, refusal } from '#shared/http/refusal.ts';
import { InvalidPatternError } from '#shared/patterns/index.ts';
import { EventArchiveOffError, InvalidCursorError, isStoreUnavailable } from '#shared/ports/errors.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';

/** Answers what a route threw. The log gets what the caller does not. */
export function answerError({ log }: Pick<Runtime, 'log'>) {
  return (error: Error): Response => {
    if (error instanceof HttpError) return refusal(error.status, error.code, error.message);
    if (error instanceof InvalidPatternError || error instanceof InvalidCursorError || error instanceof JsonBodyError) {
      return refusal(400, error.code, error.message);
    }
    // Another try gives the same answer, so this is no 503.
    if (error instanceof EventArchiveOffError) return refusal(404, error.code, error.message);
    if (!isStoreUnavailable(error)) log.error('a request of the admin API failed', { error });
    if (error instanceof StarlingError && error.code.startsWith('STORE_')) {
      return refusal(503, 'STORE_UNAVAILABLE', 'The mesh cannot reach its store now. Try again later.');
    }
    return internalError();
  };
}
