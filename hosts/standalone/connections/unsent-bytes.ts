import { OverloadError } from '#shared/http/allowance.ts';
import { ShortLivedMap } from '#shared/short-lived.ts';

export interface UnsentLimits {
  readonly maxUnsentBytes: number;
  readonly maxUnsentBytesPerClient: number;
}

interface Account {
  bytes: number;
  /** An answer was refused. Nothing more is made for the client until it takes an answer. */
  isFull: boolean;
}

/**
 * Bytes of answers that are made and not sent. The attack: somebody asks for large answers over many connections and reads
 * none of them. The limits hold over all connections, so more connections give nobody more bytes.
 */
export class UnsentBytes {
  readonly #limits: UnsentLimits;
  readonly #accounts = new ShortLivedMap<string, Account>();
  #total = 0;

  constructor(limits: UnsentLimits) {
    this.#limits = limits;
  }

  get total(): number {
    return this.#total;
  }

  /** @throws OverloadError when the client, or all clients together, have reached the limit */
  check(client: string): void {
    const { maxUnsentBytes, maxUnsentBytesPerClient } = this.#limits;
    const account = this.#accounts.get(client);
    if (account && (account.isFull || account.bytes >= maxUnsentBytesPerClient))
      throw new OverloadError('TOO_MANY_UNREAD_ANSWERS');
    if (this.#total >= maxUnsentBytes) throw new OverloadError('MESH_BUSY');
  }

  /** Counts the bytes. An answer that is larger than a limit passes when it is the only one. @throws OverloadError */
  take(client: string, bytes: number): void {
    const { maxUnsentBytes, maxUnsentBytesPerClient } = this.#limits;
    const account = this.#accounts.get(client) ?? { bytes: 0, isFull: false };
    if (account.bytes > 0 && account.bytes + bytes > maxUnsentBytesPerClient) {
      account.isFull = true;
      throw new OverloadError('TOO_MANY_UNREAD_ANSWERS');
    }
    if (this.#total > 0 && this.#total + bytes > maxUnsentBytes) throw new OverloadError('MESH_BUSY');
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
