import {
  AddUserPoolClientSecretCommand,
  type CognitoIdentityProviderClient,
  DeleteUserPoolClientSecretCommand,
  ListUserPoolClientSecretsCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { lookupError } from '#deployment/deployed/access-problem.ts';
import { ConfigurationError } from '#shared/errors.ts';

/** A client of a user pool. Cognito lets it have two secrets at a time, and both of them work. */
export interface PoolClient {
  readonly userPoolId: string;
  readonly clientId: string;
}

/**
 * Gives the client a second secret.
 *
 * @see https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AddUserPoolClientSecret.html
 * @returns the new secret, which Cognito tells only once
 * @throws ConfigurationError when the client has two secrets already
 */
export async function addSecret(cognito: CognitoIdentityProviderClient, client: PoolClient): Promise<string> {
  const secrets = await secretsOf(cognito, client);
  if (secrets.length > 1) {
    const dates = secrets.map(({ createdAt }) => createdAt.toISOString());
    throw new ConfigurationError(
      `The client ${client.clientId} has two secrets already, of ${dates.join(' and ')}. When its application uses the newer one, delete the older one: add --finish.`,
    );
  }
  const command = new AddUserPoolClientSecretCommand(idsOf(client));
  const { ClientSecretDescriptor: added } = await ask(client, 'AddUserPoolClientSecret', () => cognito.send(command));
  if (added?.ClientSecretValue === undefined) throw new Error('Cognito has not told the secret that it made');
  return added.ClientSecretValue;
}

/**
 * Deletes the older secret of the client.
 *
 * @returns when the deleted secret was made
 * @throws ConfigurationError when the client has one secret only
 */
export async function deleteOlderSecret(cognito: CognitoIdentityProviderClient, client: PoolClient): Promise<Date> {
  const [older, newer] = await secretsOf(cognito, client);
  if (older === undefined || newer === undefined) {
    throw new ConfigurationError(
      `The client ${client.clientId} has one secret only. First give it a second one: leave out --finish.`,
    );
  }
  const command = new DeleteUserPoolClientSecretCommand({ ...idsOf(client), ClientSecretId: older.id });
  await ask(client, 'DeleteUserPoolClientSecret', () => cognito.send(command));
  return older.createdAt;
}

interface Secret {
  readonly id: string;
  readonly createdAt: Date;
}

/** The older one first. */
async function secretsOf(cognito: CognitoIdentityProviderClient, client: PoolClient): Promise<readonly Secret[]> {
  const command = new ListUserPoolClientSecretsCommand(idsOf(client));
  const { ClientSecrets = [] } = await ask(client, 'ListUserPoolClientSecrets', () => cognito.send(command));
  return ClientSecrets.map(({ ClientSecretId = '', ClientSecretCreateDate = new Date(0) }) => ({
    id: ClientSecretId,
    createdAt: ClientSecretCreateDate,
  })).toSorted((one, other) => one.createdAt.getTime() - other.createdAt.getTime());
}

function idsOf({ userPoolId, clientId }: PoolClient) {
  return { UserPoolId: userPoolId, ClientId: clientId };
}

async function ask<T>({ userPoolId, clientId }: PoolClient, action: string, send: () => Promise<T>): Promise<T> {
  try {
    return await send();
  } catch (cause) {
    if (cause instanceof Error && cause.name === 'ResourceNotFoundException') {
      throw new ConfigurationError(`The user pool ${userPoolId} has no client ${clientId}. Give the right --client.`, {
        cause,
      });
    }
    throw lookupError(cause, { action: `cognito-idp:${action}`, resource: `the client ${clientId}` });
  }
}
