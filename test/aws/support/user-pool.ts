import {
  type CognitoIdentityProviderClient,
  CreateResourceServerCommand,
  CreateUserPoolClientCommand,
  CreateUserPoolCommand,
  CreateUserPoolDomainCommand,
  DeleteUserPoolCommand,
  DeleteUserPoolDomainCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { clientOptions, endpoint } from './endpoint.ts';

export interface TestUserPool {
  readonly issuer: string;
  readonly jwksUrl: string;
  /** A client that may ask for these scopes by its credentials. */
  createClient(scopes: readonly string[]): Promise<{ id: string; secret: string }>;
  /** The token endpoint's answer. */
  ask(client: { id: string; secret: string }, scope?: string): Promise<Response>;
  remove(): Promise<void>;
}

/** A user pool with the resource server `starling`, as serverless.yml defines it. */
export async function createUserPool(
  cognito: CognitoIdentityProviderClient,
  name: string,
  scopes: readonly string[],
): Promise<TestUserPool> {
  const { UserPool } = await cognito.send(new CreateUserPoolCommand({ PoolName: name }));
  const UserPoolId = UserPool?.Id ?? '';
  const Domain = `starling-${name}`;
  for (const Identifier of ['starling', 'other']) {
    const Scopes = scopes.map((ScopeName) => ({ ScopeName, ScopeDescription: ScopeName }));
    await cognito.send(new CreateResourceServerCommand({ UserPoolId, Identifier, Name: Identifier, Scopes }));
  }
  await cognito.send(new CreateUserPoolDomainCommand({ UserPoolId, Domain }));
  const issuer = `https://cognito-idp.${clientOptions.region}.amazonaws.com/${UserPoolId}`;
  return {
    issuer,
    jwksUrl: `${endpoint === undefined ? issuer : `${endpoint}/${UserPoolId}`}/.well-known/jwks.json`,
    async createClient(allowed) {
      const { UserPoolClient } = await cognito.send(
        new CreateUserPoolClientCommand({
          UserPoolId,
          ClientName: 'test',
          GenerateSecret: true,
          AllowedOAuthFlows: ['client_credentials'],
          AllowedOAuthFlowsUserPoolClient: true,
          AllowedOAuthScopes: [...allowed],
        }),
      );
      return { id: UserPoolClient?.ClientId ?? '', secret: UserPoolClient?.ClientSecret ?? '' };
    },
    ask({ id, secret }, scope) {
      const base = endpoint ?? `https://${Domain}.auth.${clientOptions.region}.amazoncognito.com`;
      return fetch(`${base}/oauth2/token`, {
        method: 'POST',
        headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}` },
        body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }),
      });
    },
    async remove() {
      await cognito.send(new DeleteUserPoolDomainCommand({ UserPoolId, Domain }));
      await cognito.send(new DeleteUserPoolCommand({ UserPoolId }));
    },
  };
}
