import { createHmac, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { StarlingError } from '#shared/errors.ts';

/**
 * 16 MiB and some 40 ms a hash. Starling's own secrets are 256 random bits, which no hash has to protect from guessing;
 * this is for the ones that people choose.
 */
const COST = { ln: 14, r: 8, p: 1 } as const;
const KEY_BYTES = 32;
const SALT_BYTES = 16;
/** libuv has four threads, and the store's syncs and DNS need theirs. */
const CONCURRENT = 2;
/** Some two seconds of work. */
const WAITING = 64;
const REMEMBERED = 1_000;

const format = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{43})$/;

/** More secrets wait to be checked than this process will take on. Try again in a second. */
export class TooManySecretsError extends StarlingError {
  constructor() {
    super('TOO_MANY_SECRETS', 'Too many client secrets wait to be checked. Try again in a second.');
  }
}

/** A new client secret: 256 random bits, as text that needs no escaping anywhere. */
export function newClientSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * Hashes client secrets with scrypt. Only so many are hashed at the same time and only so many wait, as anyone may send
 * secrets to the token endpoint; past that it throws TooManySecretsError. What was right before is recognised without
 * scrypt (by an HMAC under a key that never leaves the process), so a flood of wrong ones does not lock out clients.
 */
export class SecretHasher {
  readonly #rememberKey = randomBytes(32);
  readonly #remembered = new Map<string, Buffer>();
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** The hash to store, with its salt and cost in it. */
  async hash(secret: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    const key = await this.#derive(secret, salt, COST.ln, COST.r, COST.p);
    return `$scrypt$ln=${COST.ln},r=${COST.r},p=${COST.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;
  }

  /** Compares in constant time. A damaged hash matches nothing. */
  async matches(secret: string, hash: string): Promise<boolean> {
    const tag = createHmac('sha256', this.#rememberKey).update(secret).digest();
    const remembered = this.#remembered.get(hash);
    if (remembered && timingSafeEqual(remembered, tag)) return true;

    const [, ln, r, p, salt, expected] = format.exec(hash) ?? [];
    if (salt === undefined || expected === undefined) return false;
    const key = await this.#derive(secret, Buffer.from(salt, 'base64url'), Number(ln), Number(r), Number(p));
    if (!timingSafeEqual(key, Buffer.from(expected, 'base64url'))) return false;
    this.#remember(hash, tag);
    return true;
  }

  /** Takes as long as a check that fails: the time of an answer does not tell which clients exist. */
  async pretend(): Promise<void> {
    await this.#derive('', randomBytes(SALT_BYTES), COST.ln, COST.r, COST.p);
  }

  #remember(hash: string, tag: Buffer): void {
    const oldest = this.#remembered.size >= REMEMBERED ? this.#remembered.keys().next().value : undefined;
    if (oldest !== undefined) this.#remembered.delete(oldest);
    this.#remembered.set(hash, tag);
  }

  async #derive(secret: string, salt: Buffer, ln: number, r: number, p: number): Promise<Buffer> {
    await this.#enter();
    try {
      const N = 2 ** ln;
      return await scryptKey(secret, salt, { N, r, p, maxmem: 128 * N * r * 2 });
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < CONCURRENT) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= WAITING) throw new TooManySecretsError();
    // Whoever leaves hands its place on, so `running` stays as it is.
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
  }
}

function scryptKey(secret: string, salt: Buffer, options: ScryptOptions): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(secret, salt, KEY_BYTES, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
