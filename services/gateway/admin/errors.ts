import { StarlingError } from '#shared/errors.ts';
import { OverloadError, overloadRefusal } from '#shared/http/allowance.ts';
import { JsonBodyError } from '#shared/http/json-body.ts';
import { HttpError, internalError, refusal } from '#shared/http/refusal.ts';
import { InvalidPatternError } from '#shared/patterns/index.ts';
import { EventArchiveOffError, InvalidCursorError, isStoreUnavailable } from '#shared/ports/errors.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';

/** Answers an error of a route. The log gets the details that the caller must not see. */
export function answerError({ log }: Pick<Runtime, 'log'>) {
  return (error: Error): Response => {
    if (error instanceof OverloadError) return overloadRefusal(error);
    if (error instanceof HttpError) return refusal(error.status, error.code, error.message);
    if (error instanceof InvalidPatternError || error instanceof InvalidCursorError || error instanceof JsonBodyError) {
      return refusal(400, error.code, error.message);
    }
    // A retry gets the same answer, so the status is not 503.
    if (error instanceof EventArchiveOffError) return refusal(404, error.code, error.message);
    if (!isStoreUnavailable(error)) log.error('a request of the admin API failed', { error });
    if (error instanceof StarlingError && error.code.startsWith('STORE_')) {
      return refusal(503, 'STORE_UNAVAILABLE', 'The mesh cannot reach its store now. Try again later.');
    }
    return internalError();
  };
}
