import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { ConfigurationError } from '#shared/errors.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { isOwnScope, RESOURCE_SERVER } from './scopes.ts';
import { KeysUnavailableError, TokenError } from './token-error.ts';

/** Longer tokens are refused before they are read. Cognito's tokens have about 1 KB, and 3 KB with 50 scopes. */
const MAX_TOKEN_LENGTH = 8_192;
/** The algorithms with a key pair, so that the verifier never needs the private key. HS256 and `none` are excluded. */
const asymmetric = /^(?:(?:RS|PS|ES)(?:256|384|512)|EdDSA|Ed25519)$/;

export interface VerifiedToken {
  readonly clientId: string;
  /** Full names of the scopes that belong to Starling. */
  readonly scopes: readonly string[];
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/**
 * Returns the principal of a token.
 *
 * @throws TokenError when the token is not valid; KeysUnavailableError when the keys are unavailable now.
 */
export type TokenVerifier = (token: string) => Promise<VerifiedToken>;

export interface TokenVerifierOptions {
  /** The only `iss` that is accepted. */
  readonly issuer: string;
  /** The only accepted `aud`, if the token has one. The tokens of Cognito have none. */
  readonly audience?: string;
  /** The public keys of the issuer, or their address. */
  readonly jwks: JSONWebKeySet | URL;
  /** The algorithm is set here and never read from the token (RFC 8725 §3.1). Default: RS256, as Cognito signs. */
  readonly algorithms?: readonly string[];
  /** The wall clock, because the times of the issuer are times of a wall clock. */
  readonly clock: Clock;
  /** The number of verified tokens that are remembered. Each takes its own length in memory. */
  readonly cacheSize?: number;
}

/** Makes the verifier of access tokens that both runtimes use. @throws ConfigurationError */
export function createTokenVerifier(options: TokenVerifierOptions): TokenVerifier {
  const { issuer, clock, audience = RESOURCE_SERVER, algorithms = ['RS256'], cacheSize = 1_000 } = options;
  if (algorithms.length === 0 || !algorithms.every((name) => asymmetric.test(name))) {
    throw new ConfigurationError(
      `Tokens cannot be verified with ${algorithms.join(', ') || 'no algorithm'}. Use RS256.`,
    );
  }
  // The remote set fetches once for all callers that wait. For an unknown key it does not fetch again within 30 s.
  const keys = options.jwks instanceof URL ? createRemoteJWKSet(options.jwks) : createLocalJWKSet(options.jwks);
  const cache = new Map<string, VerifiedToken>();

  return async (token) => {
    if (token.length > MAX_TOKEN_LENGTH) throw new TokenError('MALFORMED');
    const known = cache.get(token);
    if (known) {
      cache.delete(token);
      if (known.expiresAt <= clock.now()) throw new TokenError('EXPIRED');
      cache.set(token, known); // The last in the map is the last used.
      return known;
    }
    if (!hasOneSpelling(token)) throw new TokenError('MALFORMED');
    const payload = await verifiedPayload();
    const verified = read(payload, audience);
    cache.set(token, verified);
    const oldest = cache.size > cacheSize ? cache.keys().next().value : undefined;
    if (oldest !== undefined) cache.delete(oldest);
    return verified;

    async function verifiedPayload(): Promise<JWTPayload> {
      try {
        const currentDate = new Date(clock.now());
        const requiredClaims = ['exp', 'token_use'];
        const checks = { issuer, algorithms: [...algorithms], currentDate, requiredClaims };
        return (await jwtVerify(token, keys, checks)).payload;
      } catch (error) {
        throw explain(error);
      }
    }
  };
}

/**
 * The last letter of a signature has unused bits, so one signature has sixteen spellings. A client could fill the cache
 * with the spellings of one valid token. Header and payload have only the spelling that is signed.
 */
function hasOneSpelling(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

function read(payload: JWTPayload, audience: string): VerifiedToken {
  const { client_id: clientId, token_use: use, scope = '', aud, exp } = payload;
  if (use !== 'access') throw new TokenError('NOT_AN_ACCESS_TOKEN');
  if (typeof clientId !== 'string' || clientId === '' || typeof scope !== 'string' || exp === undefined) {
    throw new TokenError('MALFORMED');
  }
  if (aud !== undefined && ![aud].flat().includes(audience)) throw new TokenError('WRONG_AUDIENCE');
  const asked = scope.split(' ').filter((name) => name !== '');
  const scopes = asked.filter(isOwnScope);
  if (asked.length > 0 && scopes.length === 0) throw new TokenError('WRONG_AUDIENCE');
  return { clientId, scopes, expiresAt: exp * 1_000 };
}

function explain(error: unknown): Error {
  const options = { cause: error };
  if (error instanceof errors.JWTExpired) return new TokenError('EXPIRED', options);
  if (error instanceof errors.JOSEAlgNotAllowed) return new TokenError('ALGORITHM', options);
  if (error instanceof errors.JWSSignatureVerificationFailed) return new TokenError('BAD_SIGNATURE', options);
  if (error instanceof errors.JWKSNoMatchingKey) return new TokenError('BAD_SIGNATURE', options);
  if (error instanceof errors.JWKSMultipleMatchingKeys) return new TokenError('BAD_SIGNATURE', options);
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === 'iss') return new TokenError('WRONG_ISSUER', options);
    if (error.claim === 'token_use') return new TokenError('NOT_AN_ACCESS_TOKEN', options);
    if (error.claim === 'nbf' && error.reason === 'check_failed') return new TokenError('NOT_YET_VALID', options);
    return new TokenError('MALFORMED', options);
  }
  const aboutTheToken = [errors.JWSInvalid, errors.JWTInvalid, errors.JOSENotSupported];
  if (aboutTheToken.some((kind) => error instanceof kind)) return new TokenError('MALFORMED', options);
  return new KeysUnavailableError(error);
}
