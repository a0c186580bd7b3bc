import { CliError, type MeshError } from '../errors.ts';
import type { Target } from '../target.ts';
import { type Credentials, NoCredentialsError, readCredentials } from './credentials.ts';
import { isObject, meshError, readJson, send } from './http.ts';

/** Asks for an access token (OAuth 2.0 client credentials); without a scope it has all that the client may have. */
export async function fetchToken({ url, data }: Pick<Target, 'url' | 'data'>, scope?: string): Promise<string> {
  const { clientId, clientSecret, file } = await credentialsFor(url, data);
  const response = await send(url, '/oauth2/token', {
    method: 'POST',
    headers: { authorization: basic(clientId, clientSecret), accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }),
  });
  const body = await readJson(url, response);
  if (response.ok && isObject(body) && typeof body.access_token === 'string') return body.access_token;
  const error = meshError(body, response.status);
  throw error.code === 'invalid_client' ? refused(file, url, error) : error;
}

/** Credentials that are missing matter only where there is a mesh: on a fresh machine it has to be started first. */
async function credentialsFor(url: string, folder: string): Promise<Credentials> {
  try {
    return await readCredentials(folder);
  } catch (error) {
    if (error instanceof NoCredentialsError) await (await send(url, '/health', {})).body?.cancel();
    throw error;
  }
}

/** RFC 6749 §2.3.1: both are form-encoded first. */
function basic(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;
}

function refused(file: string, url: string, error: MeshError): CliError {
  return new CliError(
    `The mesh at ${url} refuses the credentials in ${file} (${error.message}). They may be another mesh's: name the data folder of this one with --data or STARLING_DATA.`,
    { cause: error },
  );
}
