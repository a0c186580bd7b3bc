/**
 * The part of oidc-provider 9 that the issuer uses: it ships no types.
 * See https://github.com/panva/node-oidc-provider/blob/main/docs/README.md
 */
declare module 'oidc-provider' {
  import type { IncomingMessage, ServerResponse } from 'node:http';

  /** A Koa context. */
  export interface Context {
    status: number;
    body: unknown;
    readonly request: { readonly host: string };
    readonly response: { has(header: string): boolean };
    set(header: string, value: string): void;
    readonly oidc: {
      readonly client: Client;
      readonly params: { readonly scope?: string };
      entity(kind: string, value: unknown): void;
    };
  }

  export interface Client {
    readonly clientId: string;
    readonly clientSecret: string;
    compareClientSecret(secret: string): Promise<boolean>;
    /** Our own metadata: `extraClientMetadata`. */
    readonly granted_scopes: readonly string[];
  }

  export interface ClientCredentials {
    resourceServer: ResourceServer;
    scope: string | undefined;
    readonly expiration: number;
    save(): Promise<string>;
  }

  export interface ResourceServer {
    readonly scope: string;
  }

  export interface ResourceServerInfo {
    readonly audience: string;
    readonly scope: string;
    readonly accessTokenFormat: 'jwt';
    readonly jwt: { readonly sign: { readonly alg: string } };
  }

  type Middleware = (context: Context, next: () => Promise<void>) => Promise<void>;

  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>);
    readonly issuer: string;
    readonly Client: { readonly prototype: Client };
    readonly ClientCredentials: new (properties: {
      client: Client;
      scope?: string;
    }) => ClientCredentials;
    readonly ResourceServer: new (
      identifier: string,
      info: ResourceServerInfo,
    ) => ResourceServer;
    use(middleware: Middleware): this;
    on(event: 'error', listener: (error: Error) => void): this;
    on(event: 'server_error', listener: (context: Context, error: Error) => void): this;
    callback(): (request: IncomingMessage, response: ServerResponse) => Promise<void>;
    registerGrantType(
      name: string,
      handler: (context: Context) => Promise<void>,
      parameters: readonly string[],
      repeatable: readonly string[],
    ): void;
  }

  export const errors: {
    readonly OIDCProviderError: new (
      status: number,
      code: string,
    ) => Error & { error_description?: string; expose: boolean };
    readonly InvalidScope: new (description: string, scope: string) => Error;
  };
}
