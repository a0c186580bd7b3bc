import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet, type JWK } from 'jose';
import { ConfigurationError } from '#shared/errors.ts';
import type { SecretStore } from '#shared/ports/secret-store.ts';

export const SIGNING_ALGORITHM = 'RS256';
const SECRET = 'token-signing-keys';
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const;

/** The issuer's keys: the first signs, and tokens of all of them verify. */
export interface SigningKeys {
  readonly signing: JSONWebKeySet;
  readonly verifying: JSONWebKeySet;
}

/**
 * The keys of this mesh. The first start makes them and stores them, so that tokens outlive a restart.
 *
 * @throws ConfigurationError if the stored text is no key set.
 */
export async function loadSigningKeys(secrets: SecretStore): Promise<SigningKeys> {
  let kept = await secrets.get(SECRET);
  if (kept === undefined) {
    await secrets.create(SECRET, JSON.stringify({ keys: [await newKey()] }));
    // Whoever came first made them: of two issuers that start at once, both use the same.
    kept = await secrets.get(SECRET);
  }
  const signing = parse(kept ?? '');
  return { signing, verifying: { keys: signing.keys.map(publicPart) } };
}

async function newKey(): Promise<JWK> {
  const { privateKey } = await generateKeyPair(SIGNING_ALGORITHM, { modulusLength: 2048, extractable: true });
  const jwk = await exportJWK(privateKey);
  return { ...jwk, kid: await calculateJwkThumbprint(jwk), alg: SIGNING_ALGORITHM, use: 'sig' };
}

function parse(text: string): JSONWebKeySet {
  try {
    const set = JSON.parse(text) as Partial<JSONWebKeySet>;
    if (Array.isArray(set.keys) && set.keys.length > 0 && set.keys.every(isRsaPrivateKey)) return { keys: set.keys };
  } catch {
    // Said below, without the text: it may still be a key.
  }
  throw new ConfigurationError(
    `The secret ${SECRET} holds no token signing keys. Restore it from a backup, or delete it: the next start makes new ones, and clients ask for new tokens.`,
  );
}

function isRsaPrivateKey(jwk: JWK | null): boolean {
  const needed = ['kid', 'n', 'e', ...privateMembers] as const;
  return jwk !== null && jwk.kty === 'RSA' && needed.every((member) => typeof jwk[member] === 'string');
}

function publicPart(jwk: JWK): JWK {
  const copy = { ...jwk };
  for (const member of privateMembers) delete copy[member];
  return copy;
}
