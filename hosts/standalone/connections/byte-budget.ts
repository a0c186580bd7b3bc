import { type OverloadCode, OverloadError } from '#shared/http/allowance.ts';
import { ShortLivedMap } from '#shared/short-lived.ts';

export interface ByteLimits {
  readonly maxBytes: number;
  readonly maxBytesPerClient: number;
  /** The error of a client that has reached its own limit. */
  readonly tooMany: OverloadCode;
}

interface Account {
  bytes: number;
  /** Bytes were refused. The client gets no more until it gives some back. */
  isFull: boolean;
}

/**
 * Bytes that the mesh holds for clients: bodies of requests, or answers that are made and not sent. The attack: somebody sends
 * large bodies slowly, or asks for large answers over many connections and reads none of them. The limits hold over all
 * connections, so more connections give nobody more bytes.
 */
export class ByteBudget {
  readonly #limits: ByteLimits;
  readonly #accounts = new ShortLivedMap<string, Account>();
  #total = 0;

  constructor(limits: ByteLimits) {
    this.#limits = limits;
  }

  get total(): number {
    return this.#total;
  }

  /** @throws OverloadError when the client, or all clients together, have reached the limit */
  check(client: string): void {
    const { maxBytes, maxBytesPerClient, tooMany } = this.#limits;
    const account = this.#accounts.get(client);
    if (account && (account.isFull || account.bytes >= maxBytesPerClient)) throw new OverloadError(tooMany);
    if (this.#total >= maxBytes) throw new OverloadError('MESH_BUSY');
  }

  /** Counts the bytes. What is larger than a limit passes when it is the only one. @throws OverloadError */
  take(client: string, bytes: number): void {
    const { maxBytes, maxBytesPerClient, tooMany } = this.#limits;
    const account = this.#accounts.get(client) ?? { bytes: 0, isFull: false };
    if (account.bytes > 0 && account.bytes + bytes > maxBytesPerClient) {
      account.isFull = true;
      throw new OverloadError(tooMany);
    }
    if (this.#total > 0 && this.#total + bytes > maxBytes) throw new OverloadError('MESH_BUSY');
    account.bytes += bytes;
    this.#total += bytes;
    this.#accounts.set(client, account);
  }

  give(client: string, bytes: number): void {
    const account = this.#accounts.get(client);
    if (account === undefined) return;
    account.bytes -= bytes;
    account.isFull = false;
    this.#total -= bytes;
    if (account.bytes === 0) this.#accounts.delete(client);
  }
}
