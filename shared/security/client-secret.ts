import { createHash, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';

/** Hashes that meshes stored until December 2026. A client that still has one gets a new hash with its next token. */
const scryptFormat = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9_-]{22})\$([A-Za-z0-9_-]{43})$/;
const sha256Format = /^\$sha256\$([A-Za-z0-9_-]{43})$/;

/** `outdated`: the secret is right, and its hash has the old format. */
export type SecretCheck = 'right' | 'outdated' | 'wrong';

/** A new client secret: 256 random bits, as text that needs no escaping anywhere. */
export function newClientSecret(): string {
  return randomBytes(32).toString('base64url');
}

/**
 * The hash to store. A fast hash without salt is enough, because the mesh makes every secret: nobody can guess 256 random
 * bits, and no two secrets are equal.
 *
 * @example
 * const secret = newClientSecret();
 * await clients.put({ ...client, secretHash: hashSecret(secret) });
 */
export function hashSecret(secret: string): string {
  return `$sha256$${sha256(secret).toString('base64url')}`;
}

/** Compares in constant time. A damaged hash matches nothing. */
export async function checkSecret(secret: string, hash: string): Promise<SecretCheck> {
  const [, expected] = sha256Format.exec(hash) ?? [];
  if (expected !== undefined) return isSame(sha256(secret), expected) ? 'right' : 'wrong';

  const [, ln, r, p, salt, old] = scryptFormat.exec(hash) ?? [];
  if (salt === undefined || old === undefined) return 'wrong';
  const cost = { N: 2 ** Number(ln), r: Number(r), p: Number(p) };
  return isSame(await scryptKey(secret, Buffer.from(salt, 'base64url'), cost), old) ? 'outdated' : 'wrong';
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function isSame(key: Buffer, expected: string): boolean {
  return timingSafeEqual(key, Buffer.from(expected, 'base64url'));
}

function scryptKey(secret: string, salt: Buffer, cost: { N: number; r: number; p: number }): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const options = { ...cost, maxmem: 128 * cost.N * cost.r * 2 };
    scrypt(secret, salt, 32, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
