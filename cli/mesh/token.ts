import { CliError, type MeshError } from '../errors.ts';
import type { Target } from '../target.ts';
import { readCredentials } from './credentials.ts';
import { isObject, meshError, readJson, send } from './http.ts';

/** Asks for an access token (OAuth 2.0 client credentials); without a scope it has all that the client may have. */
export async function fetchToken({ url, data }: Pick<Target, 'url' | 'data'>, scope?: string): Promise<string> {
  const { clientId, clientSecret, file } = await readCredentials(data);
  const response = await send(url, '/oauth2/token', {
    method: 'POST',
    headers: { authorization: basic(clientId, clientSecret), accept: 'application/json' },
    body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }),
  });
  const body = await readJson(url, response);
  if (response.ok && isObject(body) && typeof body['access_token'] === 'string') return body['access_token'];
  const error = meshError(body, response.status);
  throw error.code === 'invalid_client' ? refused(file, url, error) : error;
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
