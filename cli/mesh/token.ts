import { isObject } from '#shared/objects.ts';
import { fullScope } from '#shared/security/scopes.ts';
import { CliError, type MeshError } from '../errors.ts';
import { type Credentials, NoCredentialsError } from './credentials.ts';
import { meshError, readJson, send } from './http.ts';
import type { Target } from './target.ts';

/** Of every issuer that a mesh has: its own, or Cognito's. */
const TOKEN_PATH = '/oauth2/token';

/** Asks for an access token (OAuth 2.0 client credentials); without a scope it has all that the client may have. */
export async function fetchToken(target: Target, scope?: string): Promise<string> {
  const issuer = target.tokenUrl.replace(TOKEN_PATH, '');
  const { clientId, clientSecret, origin } = await credentialsFor(target);
  const response = await send(issuer, TOKEN_PATH, {
    method: 'POST',
    headers: { authorization: basic(clientId, clientSecret), accept: 'application/json' },
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      ...(scope !== undefined && { scope: fullScopes(scope) }),
    }),
  });
  const body = await readJson(issuer, response);
  if (response.ok && isObject(body) && typeof body.access_token === 'string') return body.access_token;
  const error = meshError(body, response.status);
  throw error.code === 'invalid_client' ? refused(origin, issuer, error) : error;
}

/** Cognito takes full names only. */
function fullScopes(scope: string): string {
  return scope.trim().split(/ +/).map(fullScope).join(' ');
}

/** Credentials that are missing matter only where there is a mesh: on a fresh machine it has to be started first. */
async function credentialsFor(target: Target): Promise<Credentials> {
  try {
    return await target.credentials();
  } catch (error) {
    if (error instanceof NoCredentialsError) await (await send(target.url, '/health', {})).body?.cancel();
    throw error;
  }
}

/** RFC 6749 §2.3.1: both are form-encoded first. */
function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
}

function refused(origin: string, issuer: string, error: MeshError): CliError {
  return new CliError(
    `The mesh at ${issuer} refuses the credentials in ${origin} (${error.message}). They may be another mesh's: name the data folder of this one with --data or STARLING_DATA, or its stage with --stage.`,
    { cause: error },
  );
}
