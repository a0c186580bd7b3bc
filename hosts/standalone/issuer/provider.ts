import type { Context, Client as OidcClient, Provider } from 'oidc-provider';
import type { ClientStore } from '#shared/ports/client-store.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { checkSecret, hashSecret } from '#shared/security/client-secret.ts';
import { RESOURCE_SERVER } from '#shared/security/scopes.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { decideScopes } from './scope-grant.ts';
import { SIGNING_ALGORITHM, type SigningKeys } from './signing-key.ts';

export const TOKEN_PATH = '/oauth2/token';
export const JWKS_PATH = '/.well-known/jwks.json';

export interface ProviderOptions {
  readonly issuer: string;
  readonly clients: ClientStore;
  readonly keys: SigningKeys;
  readonly clock: Clock;
  readonly tokenTtlSeconds: number;
  readonly log: Pick<Logger, 'error'>;
}

const off = { enabled: false };

/** oidc-provider with one grant, our own. Everything else that it can do is off. */
export async function createProvider(options: ProviderOptions): Promise<Provider> {
  const { issuer, clients, keys, clock, tokenTtlSeconds, log } = options;
  // This import takes longer than everything else at a start, so it waits for the first token request.
  const { Provider, errors } = await import('oidc-provider');

  const provider = new Provider(issuer, {
    adapter: (model: string) => (model === 'Client' ? { find } : {}),
    jwks: keys.signing,
    routes: { token: TOKEN_PATH, jwks: JWKS_PATH },
    features: {
      devInteractions: off,
      dPoP: off,
      pushedAuthorizationRequests: off,
      resourceIndicators: off,
      rpInitiatedLogout: off,
      userinfo: off,
    },
    responseTypes: [],
    scopes: [],
    clientAuthMethods: ['client_secret_basic', 'client_secret_post'],
    extraClientMetadata: { properties: ['granted_scopes'] },
    extraTokenClaims: async () => ({ token_use: 'access' }),
    ttl: { ClientCredentials: tokenTtlSeconds },
    formats: {
      customizers: {
        // The library reads the machine's clock. Tokens use the runtime's clock.
        jwt: async (_context: Context, _token: unknown, jwt: { payload: Record<string, unknown> }) => {
          const iat = Math.floor(clock.now() / 1_000);
          Object.assign(jwt.payload, { iat, exp: iat + tokenTtlSeconds });
        },
      },
    },
    // Only a page of this host may ask from a browser: other pages must not send client secrets.
    clientBasedCORS: (context: Context, origin: string) => URL.parse(origin)?.host === context.request.host,
    renderError: async (context: Context, out: unknown) => {
      context.body = out;
    },
  });

  async function find(id: string): Promise<Record<string, unknown> | undefined> {
    const client = await clients.get(id);
    if (!client || client.disabledAt !== undefined) return undefined;
    return {
      client_id: client.id,
      client_secret: client.secretHash,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      granted_scopes: client.scopes,
    };
  }

  provider.Client.prototype.compareClientSecret = async function (this: OidcClient, secret: string) {
    const { clientId, clientSecret: hash } = this;
    const check = await checkSecret(secret, hash);
    if (check === 'outdated') await renewHash(clientId, hash, secret);
    return check !== 'wrong';
  };

  async function renewHash(id: string, from: string, secret: string): Promise<void> {
    try {
      await clients.replaceHash(id, { from, to: hashSecret(secret) });
    } catch (error) {
      // The secret is right, so the client gets its token. The next request tries again.
      log.error('The new hash of a client secret could not be stored', { error });
    }
  }

  async function grantClientCredentials(context: Context): Promise<void> {
    const { client, params } = context.oidc;
    const decision = decideScopes(params.scope, client.granted_scopes);
    if ('refused' in decision) {
      throw new errors.InvalidScope('the client may not have this scope', decision.refused);
    }
    const scope = decision.granted.join(' ');
    const token = new provider.ClientCredentials({ client });
    token.resourceServer = new provider.ResourceServer(RESOURCE_SERVER, {
      audience: RESOURCE_SERVER,
      scope,
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: SIGNING_ALGORITHM } },
    });
    token.scope = scope === '' ? undefined : scope;
    context.oidc.entity('ClientCredentials', token);
    const access_token = await token.save();
    context.body = { access_token, token_type: 'Bearer', expires_in: token.expiration, scope: token.scope };
  }

  provider.registerGrantType('client_credentials', grantClientCredentials, ['scope'], []);

  provider.use(async (context, next) => {
    await next();
    // RFC 9110 §15.5.2 requires a challenge with every 401. The library sends one only after an attempt with Basic.
    if (context.status === 401 && !context.response.has('WWW-Authenticate')) {
      context.set('WWW-Authenticate', `Basic realm="${issuer}", error="invalid_client"`);
    }
  });

  provider.on('error', (error) => log.error('A token request broke off', { error }));
  provider.on('server_error', (_context, error) => log.error('A token request failed', { error }));
  return provider;
}
