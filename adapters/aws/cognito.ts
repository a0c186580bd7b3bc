import { ConfigurationError } from '#shared/errors.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { createTokenVerifier, type TokenVerifier } from '#shared/security/verify-token.ts';

export interface CognitoVerifierOptions {
  /** The issuer of the user pool, as in `iss`: `https://cognito-idp.{region}.amazonaws.com/{pool id}`. */
  readonly issuer: string;
  /** The address of the pool's keys. Default: below the issuer. An emulator has them elsewhere. */
  readonly jwksUrl?: string;
  readonly clock: Clock;
}

/**
 * Verifies the access tokens of a Cognito user pool. One fetch of the keys serves all callers that wait, and has 5 s.
 * The keys are kept for 10 minutes. An unknown key id causes at most one fetch in 30 s, so a flood of forged key ids
 * does not reach Cognito
 * (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html).
 *
 * @throws ConfigurationError
 */
export function cognitoVerifier({ issuer, jwksUrl, clock }: CognitoVerifierOptions): TokenVerifier {
  // An attacker that can change the keys on their way can sign tokens.
  if (URL.parse(issuer)?.protocol !== 'https:' || issuer.endsWith('/')) {
    throw new ConfigurationError(
      `STARLING_ISSUER is "${issuer}", but takes a user pool's issuer, such as https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEfGhI.`,
    );
  }
  const jwks = URL.parse(jwksUrl ?? `${issuer}/.well-known/jwks.json`);
  if (jwks === null || !/^https?:$/.test(jwks.protocol)) {
    throw new ConfigurationError(
      `STARLING_JWKS_URL is "${jwksUrl}", but takes the address of the issuer's keys. Leave it out on AWS.`,
    );
  }
  return createTokenVerifier({ issuer, jwks, clock });
}
