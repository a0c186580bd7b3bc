import { ConfigurationError } from '#shared/errors.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { createTokenVerifier, type TokenVerifier } from '#shared/security/verify-token.ts';

export interface CognitoVerifierOptions {
  /** The user pool's, as `iss` has it: `https://cognito-idp.{region}.amazonaws.com/{pool id}`. */
  readonly issuer: string;
  /** Where the pool's keys are, when not below the issuer: an emulator signs as AWS would, and answers elsewhere. */
  readonly jwksUrl?: string;
  readonly clock: Clock;
}

/**
 * Verifies the access tokens of a Cognito user pool. Its keys are fetched once for all that wait, with a time limit of 5 s,
 * kept for 10 minutes, and asked for again for an unknown key at most every 30 s: a flood of forged key ids does not reach
 * Cognito (https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html).
 *
 * @throws ConfigurationError
 */
export function cognitoVerifier({ issuer, jwksUrl, clock }: CognitoVerifierOptions): TokenVerifier {
  // Whoever can put a key in on the way can sign tokens.
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
