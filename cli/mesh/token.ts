import { isObject } from '#shared/objects.ts';
import { fullScope } from '#shared/security/scopes.ts';
import { CliError, type MeshError } from '../errors.ts';
import { type Credentials, NoCredentialsError } from './credentials.ts';
import { meshError, readJson, send } from './http.ts';
import type { Target } from './target.ts';

/** The standalone issuer and Cognito both have it. */
const TOKEN_PATH = '/oauth2/token';

/** The issuer's answer, with the member names of RFC 6749 §5.1. */
export interface TokenAnswer {
  readonly access_token: string;
  readonly token_type?: string;
  /** Seconds. */
  readonly expires_in?: number;
  readonly scope?: string;
}

/** Fetches an access token with every scope that the client may have. */
export async function fetchToken(target: Target, signal?: AbortSignal): Promise<string> {
  return (await requestToken(target, undefined, signal)).access_token;
}

/**
 * Asks for an access token (OAuth 2.0 client credentials).
 *
 * @param scopes scopes with spaces between them; undefined: all that the client may have
 */
export async function requestToken(target: Target, scopes?: string, signal?: AbortSignal): Promise<TokenAnswer> {
  const issuer = target.tokenUrl.replace(TOKEN_PATH, '');
  const { clientId, clientSecret, origin } = await credentialsFor(target);
  const response = await send(issuer, TOKEN_PATH, {
    method: 'POST',
    headers: { authorization: basic(clientId, clientSecret), accept: 'application/json' },
    ...(signal && { signal }),
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      ...(scopes !== undefined && { scope: fullScopes(scopes) }),
    }),
  });
  const body = await readJson(issuer, response);
  if (response.ok && isTokenAnswer(body)) return body;
  const error = meshError(body, response.status);
  throw error.code === 'invalid_client' ? refused(origin, issuer, error) : error;
}

function isTokenAnswer(body: unknown): body is TokenAnswer {
  return isObject(body) && typeof body.access_token === 'string';
}

/** Cognito accepts only full names. */
function fullScopes(scopes: string): string {
  return scopes.trim().split(/ +/).map(fullScope).join(' ');
}

/** On a new machine there are no credentials because no mesh has run, so this says first when no mesh answers. */
async function credentialsFor(target: Target): Promise<Credentials> {
  try {
    return await target.credentials();
  } catch (error) {
    if (error instanceof NoCredentialsError) await (await send(target.url, '/health', {})).body?.cancel();
    throw error;
  }
}

/** RFC 6749 §2.3.1: id and secret are form-encoded before they are joined. */
function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
}

function refused(origin: string, issuer: string, error: MeshError): CliError {
  return new CliError(
    'CREDENTIALS_REFUSED',
    `The mesh at ${issuer} refuses the credentials in ${origin} (${error.message}). They may belong to another mesh. Name the data folder of this mesh with --data or STARLING_DATA, or its stage with --stage.`,
    { cause: error },
  );
}
