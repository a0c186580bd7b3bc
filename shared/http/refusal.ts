import { StarlingError } from '#shared/errors.ts';

/** A request that the mesh refuses. The caller gets the status, the code and the message. */
export class HttpError extends StarlingError {
  readonly status: number;

  constructor(status: number, code: string, message: string, options?: { cause?: unknown }) {
    super(code, message, options);
    this.status = status;
  }
}

/** The body of every refusal that has no protocol of its own, as A2A and OAuth have. */
export interface ErrorBody {
  readonly error: { readonly code: string; readonly message: string };
}

export function errorBody({ code, message }: { readonly code: string; readonly message: string }): ErrorBody {
  return { error: { code, message } };
}

/**
 * @example
 * return refusal(404, 'AGENT_NOT_FOUND', 'There is no such agent here.');
 */
export function refusal(status: number, code: string, message: string): Response {
  return Response.json(errorBody({ code, message }), { status });
}

export function nothingHere(): Response {
  return refusal(404, 'NOT_FOUND', 'There is nothing at this path.');
}

/** The answer to an error that only the log explains. */
export function internalError(): Response {
  return refusal(500, 'INTERNAL_ERROR', "Internal error. The gateway's log has the details.");
}
