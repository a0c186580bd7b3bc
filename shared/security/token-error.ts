import { StarlingError } from '#shared/errors.ts';

/** The reason for the refusal of a token. It is stable, for logs and metrics. */
export type TokenFailure =
  | 'MALFORMED'
  | 'ALGORITHM'
  | 'BAD_SIGNATURE'
  | 'EXPIRED'
  | 'NOT_YET_VALID'
  | 'WRONG_ISSUER'
  | 'WRONG_AUDIENCE'
  | 'NOT_AN_ACCESS_TOKEN';

const messages: Record<TokenFailure, string> = {
  MALFORMED: 'The access token is not a JWT that this mesh understands.',
  ALGORITHM: 'The access token is signed with an algorithm that is not accepted.',
  BAD_SIGNATURE: 'The signature of the access token is not from a key of the issuer.',
  EXPIRED: 'The access token has expired. Ask for a new one.',
  NOT_YET_VALID: 'The access token is not valid yet.',
  WRONG_ISSUER: 'The access token is from another issuer.',
  WRONG_AUDIENCE: 'The access token is for another resource server.',
  NOT_AN_ACCESS_TOKEN: 'The token is not an access token.',
};

/**
 * The token is not valid. The caller learns the `code` of OAuth (RFC 6750 §3.1) and the message. `reason` is for the
 * log.
 */
export class TokenError extends StarlingError {
  readonly reason: TokenFailure;

  constructor(reason: TokenFailure, options?: { cause?: unknown }) {
    super('invalid_token', messages[reason], options);
    this.reason = reason;
  }
}

/** The keys of the issuer are unavailable, so the token cannot be checked. The caller may try again. */
export class KeysUnavailableError extends StarlingError {
  constructor(cause: unknown) {
    super('KEYS_UNAVAILABLE', 'The keys of the token issuer cannot be fetched. Try again.', { cause });
  }
}
