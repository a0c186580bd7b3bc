import type { IncomingMessage, ServerResponse } from 'node:http';
import type { JSONWebKeySet } from 'jose';
import type { Provider } from 'oidc-provider';
import { ConfigurationError } from '#shared/errors.ts';
import type { ClientStore } from '#shared/ports/client-store.ts';
import { type Clock, systemClock } from '#shared/ports/clock.ts';
import type { SecretStore } from '#shared/ports/secret-store.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { createProvider, JWKS_PATH, TOKEN_PATH } from './provider.ts';
import { loadSigningKeys } from './signing-key.ts';

const MAX_BODY_BYTES = 16_384;
const silent: Pick<Logger, 'error'> = { error: () => {} };

export interface IssuerOptions {
  readonly clients: ClientStore;
  readonly secrets: SecretStore;
  /** The `iss` of the tokens: the URL that the mesh is reached at. */
  readonly issuer: string;
  readonly clock?: Clock;
  readonly tokenTtlSeconds?: number;
  readonly log?: Pick<Logger, 'error'>;
}

export interface Issuer {
  /** Serves `POST /oauth2/token` and `GET /.well-known/jwks.json`; anything else is 404. */
  readonly callback: (request: IncomingMessage, response: ServerResponse) => void;
  /** Loads the modules for the first request, which takes about 0.2 s. Call it when the host is idle. */
  load(): Promise<void>;
  /** The public keys, for a verifier in the same process. */
  jwks(): JSONWebKeySet;
}

/**
 * The token issuer of a standalone mesh: OAuth 2.0 client credentials (RFC 6749 §4.4) with the claims of Cognito's
 * access tokens.
 *
 * @throws ConfigurationError
 * @example
 * const issuer = await createIssuer({ clients, secrets, issuer: 'http://127.0.0.1:4280' });
 * http.createServer(issuer.callback).listen(4280);
 */
export async function createIssuer(options: IssuerOptions): Promise<Issuer> {
  const { clients, secrets, issuer, clock = systemClock, tokenTtlSeconds = 3_600, log = silent } = options;
  const url = URL.parse(issuer);
  if (!url || !/^https?:$/.test(url.protocol) || /[?#]/.test(issuer)) {
    throw new ConfigurationError(`${issuer} cannot be a token issuer: it takes a URL like http://127.0.0.1:4280.`);
  }
  const keys = await loadSigningKeys(secrets);
  let serving: Promise<ReturnType<Provider['callback']>> | undefined;

  function load(): Promise<ReturnType<Provider['callback']>> {
    serving ??= createProvider({ issuer, clients, keys, clock, tokenTtlSeconds, log }).then(
      (made) => made.callback(),
      (error: unknown) => {
        serving = undefined;
        throw error;
      },
    );
    return serving;
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      await (await load())(request, response);
    } catch (error) {
      log.error('A token request failed', { error });
      if (!response.headersSent) refuse(response, 500, 'the issuer failed', 'server_error');
    }
  }

  return {
    callback: (request, response) => {
      // Exact paths only: the library has more routes than we open, and takes any case.
      const path = request.url?.split('?', 1)[0];
      const allowed = path === TOKEN_PATH ? ['POST', 'OPTIONS'] : path === JWKS_PATH ? ['GET', 'HEAD', 'OPTIONS'] : [];
      if (allowed.length === 0) return refuse(response, 404, 'there is nothing at this path');
      if (!allowed.includes(request.method ?? '')) {
        response.setHeader('Allow', allowed.join(', '));
        return refuse(response, 405, `use ${allowed[0]} here`);
      }
      // A body without a length is cut off by the library, at 56 KB.
      if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) {
        response.setHeader('Connection', 'close');
        return refuse(response, 413, `the body may have ${MAX_BODY_BYTES} bytes`);
      }
      void serve(request, response);
    },
    load: async () => void (await load()),
    jwks: () => structuredClone(keys.verifying),
  };
}

/** An error in the form of RFC 6749 §5.2. */
function refuse(response: ServerResponse, status: number, description: string, error = 'invalid_request'): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end(JSON.stringify({ error, error_description: description }));
}
