import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Allowance, OverloadError } from '#shared/http/allowance.ts';
import type { ByteBudget } from './byte-budget.ts';
import type { Connections } from './connections.ts';

export interface AdmissionParts {
  readonly connections: Connections;
  /** Bodies of requests in work. */
  readonly bodies: ByteBudget;
  /** Answers that are not sent. */
  readonly unsent: ByteBudget;
}

/** Gives calls their allowance. */
export class Admission {
  readonly parts: AdmissionParts;

  constructor(parts: AdmissionParts) {
    this.parts = parts;
  }

  /** For a request with a valid token or signature of the client. From here on the connection counts as the client's. */
  allow(request: IncomingMessage, response: ServerResponse, client: string): Allowance {
    const { connections } = this.parts;
    const connection = connections.of(request);
    try {
      if (connection) connections.own(connection, client);
    } catch (error) {
      if (!(error instanceof OverloadError)) throw error;
      // A connection that the client may not have ends with this answer. Without effect on HTTP/2.
      response.shouldKeepAlive = false;
      return new CallAllowance(this.parts, { response, client, refused: error });
    }
    return new CallAllowance(this.parts, { response, client, refused: undefined });
  }

  /** For a request that needs no token. Its bytes count for its address. */
  allowAnybody(request: IncomingMessage, response: ServerResponse): Allowance {
    const address = this.parts.connections.of(request)?.address;
    return new CallAllowance(this.parts, { response, client: `address:${address}`, refused: undefined });
  }
}

interface AllowedCall {
  readonly response: ServerResponse;
  readonly client: string;
  /** Why the client may not have the connection. */
  readonly refused: OverloadError | undefined;
}

class CallAllowance implements Allowance {
  readonly #parts: AdmissionParts;
  readonly #call: AllowedCall;
  #received = 0;
  #held = 0;
  #isWatching = false;

  constructor(parts: AdmissionParts, call: AllowedCall) {
    this.#parts = parts;
    this.#call = call;
  }

  admit(): void {
    const { refused, client } = this.#call;
    if (refused) throw refused;
    this.#parts.unsent.check(client);
  }

  receive(bytes: number): void {
    if (this.#watch()) this.#received += take(this.#parts.bodies, this.#call.client, bytes);
  }

  hold(bytes: number): void {
    if (this.#watch()) this.#held += take(this.#parts.unsent, this.#call.client, bytes);
  }

  release(): void {
    const { client } = this.#call;
    // A stream that has begun needs the body no longer.
    if (this.#received > 0) this.#parts.bodies.give(client, this.#received);
    if (this.#held > 0) this.#parts.unsent.give(client, this.#held);
    this.#received = 0;
    this.#held = 0;
  }

  /** @returns false when the connection is broken. Then no event would give the bytes back. */
  #watch(): boolean {
    const { response } = this.#call;
    if (response.destroyed) return false;
    if (!this.#isWatching) {
      this.#isWatching = true;
      // After the last byte went to the system, or the connection broke.
      response.once('close', () => this.release());
    }
    return true;
  }
}

function take(budget: ByteBudget, client: string, bytes: number): number {
  budget.take(client, bytes);
  return bytes;
}
