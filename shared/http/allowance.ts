import { errorBody, HttpError } from './refusal.ts';

/** Somebody holds as much as the host gives: one client (429), or all together (503). The same call succeeds later. */
export class OverloadError extends HttpError {
  declare readonly code: OverloadCode;

  constructor(code: OverloadCode) {
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
  TOO_MANY_OPEN_REQUESTS: {
    status: 429,
    message: 'This client has too many bytes of requests in work. Wait for their answers, then send the call again.',
  },
  MESH_BUSY: {
    status: 503,
    message:
      'The mesh has as many connections, requests or unread answers as it can hold. Send the call again in a second.',
  },
} as const;

export type OverloadCode = keyof typeof overloads;

/** `Retry-After` of each of these errors, in seconds. */
export const RETRY_AFTER_SECONDS = 1;

export function overloadRefusal(error: OverloadError): Response {
  const headers = { 'retry-after': String(RETRY_AFTER_SECONDS) };
  return Response.json(errorBody(error), { status: error.status, headers });
}

/** What a host grants to one call: a connection, the bytes of its body, and those of its answer until the client took them. */
export interface Allowance {
  /** Call it before the work. @throws OverloadError */
  admit(): void;
  /** Counts the body of the request until the call has its answer. Call it before the body is read. @throws OverloadError */
  receive(bytes: number): void;
  /** Counts bytes of the answer. Call it before they are written. @throws OverloadError; then nothing is counted. */
  hold(bytes: number): void;
  /** The client has taken every byte of the answer so far. A stream calls it. The end of the answer does so too. */
  release(): void;
}
