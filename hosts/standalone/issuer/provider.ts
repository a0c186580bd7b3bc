import type { Context, Client as OidcClient, Provider } from 'oidc-provider';
import type { ClientStore } from '#shared/ports/client-store.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { SecretHasher, TooManySecretsError } from '#shared/security/client-secret.ts';
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
const retryAfterSeconds = 1;

/** oidc-provider with all that it can do turned off, but for one grant of ours. */
export async function createProvider(options: ProviderOptions): Promise<Provider> {
  const { issuer, clients, keys, clock, tokenTtlSeconds, log } = options;
  // Imported here, as that takes longer than all else at a start.
  const { Provider, errors } = await import('oidc-provider');
  const hasher = new SecretHasher();

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
        // The library reads the machine's clock; tokens go by the runtime's.
        jwt: async (_context: Context, _token: unknown, jwt: { payload: Record<string, unknown> }) => {
          const iat = Math.floor(clock.now() / 1_000);
          Object.assign(jwt.payload, { iat, exp: iat + tokenTtlSeconds });
        },
      },
    },
    // A browser may ask from the page that this host served. Pages of others have no business with client secrets.
    clientBasedCORS: (context: Context, origin: string) => URL.parse(origin)?.host === context.request.host,
    renderError: async (context: Context, out: unknown) => {
      context.body = out;
    },
  });

  async function find(id: string): Promise<Record<string, unknown> | undefined> {
    const client = await clients.get(id);
    if (!client || client.disabledAt !== undefined) {
      await orBusy(hasher.pretend());
      return undefined;
    }
    return {
      client_id: client.id,
      client_secret: client.secretHash,
      grant_types: ['client_credentials'],
      response_types: [],
      redirect_uris: [],
      granted_scopes: client.scopes,
    };
  }

  async function orBusy<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof TooManySecretsError)) throw error;
      const busy = new errors.OIDCProviderError(503, 'temporarily_unavailable');
      throw Object.assign(busy, { expose: true, error_description: error.message });
    }
  }

  provider.Client.prototype.compareClientSecret = function (this: OidcClient, secret: string) {
    return orBusy(hasher.matches(secret, this.clientSecret));
  };

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
    // RFC 9110 §15.5.2 wants a challenge with every 401; the library gives one only to those who tried Basic.
    if (context.status === 401 && !context.response.has('WWW-Authenticate')) {
      context.set('WWW-Authenticate', `Basic realm="${issuer}", error="invalid_client"`);
    }
    if (context.status === 503) context.set('Retry-After', String(retryAfterSeconds));
  });

  provider.on('error', (error) => log.error('A token request broke off', { error }));
  provider.on('server_error', (_context, error) => log.error('A token request failed', { error }));
  return provider;
}
