import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Allowance, OverloadError } from '#shared/http/allowance.ts';
import type { Connections } from './connections.ts';
import type { UnsentBytes } from './unsent-bytes.ts';

/** Gives the calls of clients their allowance. */
export class Admission {
  readonly connections: Connections;
  readonly unsent: UnsentBytes;

  constructor(connections: Connections, unsent: UnsentBytes) {
    this.connections = connections;
    this.unsent = unsent;
  }

  /** For a request with a valid token or signature of the client. From here on the connection counts as the client's. */
  allow(request: IncomingMessage, response: ServerResponse, client: string): Allowance {
    const connection = this.connections.of(request);
    let refused: OverloadError | undefined;
    try {
      if (connection) this.connections.own(connection, client);
    } catch (error) {
      refused = error as OverloadError;
      // A connection that the client may not have ends with this answer. Without effect on HTTP/2.
      response.shouldKeepAlive = false;
    }
    return new CallAllowance(this.unsent, { response, client, refused });
  }
}

interface AllowedCall {
  readonly response: ServerResponse;
  readonly client: string;
  /** Why the client may not have the connection. */
  readonly refused: OverloadError | undefined;
}

class CallAllowance implements Allowance {
  readonly #unsent: UnsentBytes;
  readonly #call: AllowedCall;
  #held = 0;
  #isWatching = false;

  constructor(unsent: UnsentBytes, call: AllowedCall) {
    this.#unsent = unsent;
    this.#call = call;
  }

  admit(): void {
    const { refused, client } = this.#call;
    if (refused) throw refused;
    this.#unsent.check(client);
  }

  hold(bytes: number): void {
    const { response, client } = this.#call;
    // Nothing will be sent, so no event would give the bytes back.
    if (response.destroyed) return;
    this.#unsent.take(client, bytes);
    this.#held += bytes;
    if (this.#isWatching) return;
    this.#isWatching = true;
    // After the last byte went to the system, or the connection broke.
    response.once('close', () => this.release());
  }

  release(): void {
    if (this.#held === 0) return;
    this.#unsent.give(this.#call.client, this.#held);
    this.#held = 0;
  }
}
