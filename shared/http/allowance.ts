import { errorBody, HttpError } from './refusal.ts';

/** Somebody holds as much as the host gives: one client (429), or all together (503). The same call succeeds later. */
export class OverloadError extends HttpError {
  declare readonly code: keyof typeof overloads;

  constructor(code: keyof typeof overloads) {
    super(overloads[code].status, code, overloads[code].message);
  }
}

const overloads = {
  TOO_MANY_CONNECTIONS: {
    status: 429,
    message: 'This client has too many connections. Close some of them, or send several calls over one connection.',
  },
  TOO_MANY_UNREAD_ANSWERS: {
    status: 429,
    message:
      'This client has too many answers that it does not read. Read them, then send the call again. A message with the same messageId makes no second task.',
  },
  MESH_BUSY: {
    status: 503,
    message: 'The mesh has as many connections or unread answers as it can hold. Send the call again in a second.',
  },
} as const;

/** `Retry-After` of each of these errors, in seconds. */
export const RETRY_AFTER_SECONDS = 1;

export function overloadRefusal(error: OverloadError): Response {
  const headers = { 'retry-after': String(RETRY_AFTER_SECONDS) };
  return Response.json(errorBody(error), { status: error.status, headers });
}

/** What a host grants to one call: a connection, and the bytes of its answer until the client has taken them. */
export interface Allowance {
  /** Call it before the work. @throws OverloadError */
  admit(): void;
  /** Counts bytes of the answer. Call it before they are written. @throws OverloadError; then nothing is counted. */
  hold(bytes: number): void;
  /** The client has taken every byte that was counted. A stream calls it. The end of the answer does so too. */
  release(): void;
}
