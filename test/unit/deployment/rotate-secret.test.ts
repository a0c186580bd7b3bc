import { CognitoIdentityProviderClient } from '@aws-sdk/client-cognito-identity-provider';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addSecret, deleteOlderSecret } from '#deployment/rotate-secret.ts';
import { Failure, FakeAws } from '#test/support/fake-aws.ts';

const client = { userPoolId: 'eu-central-1_Pool', clientId: 'orders' };
const ids = { UserPoolId: client.userPoolId, ClientId: client.clientId };

let fake: FakeAws;
let cognito: CognitoIdentityProviderClient;
beforeEach(async () => {
  fake = await FakeAws.start();
  const { patience: _, ...options } = fake.options;
  cognito = new CognitoIdentityProviderClient(options);
});
afterEach(async () => {
  cognito.destroy();
  await fake.close();
});

/** @param secondsOf the times of the secrets, in the order in which Cognito lists them */
function clientWithSecrets(...secondsOf: number[]): void {
  const ClientSecrets = secondsOf.map((seconds) => ({
    ClientSecretId: `orders--${seconds}`,
    ClientSecretCreateDate: seconds,
  }));
  fake.on('ListUserPoolClientSecrets', () => ({ ClientSecrets }));
}

describe('the rotation of a secret', () => {
  it('begins with a second one', async () => {
    clientWithSecrets(1_000);
    fake.on('AddUserPoolClientSecret', () => ({ ClientSecretDescriptor: { ClientSecretValue: 'new secret' } }));
    expect(await addSecret(cognito, client)).toBe('new secret');
    expect(fake.inputs('AddUserPoolClientSecret')).toEqual([ids]);
  });

  it('does not begin while there are two', async () => {
    clientWithSecrets(2_000, 1_000);
    await expect(addSecret(cognito, client)).rejects.toThrow(
      'two secrets already, of 1970-01-01T00:16:40.000Z and 1970-01-01T00:33:20.000Z. When its application uses the newer one, delete the older one: add --finish.',
    );
    expect(fake.inputs('AddUserPoolClientSecret')).toEqual([]);
  });

  it('ends with the older one, in whatever order they come', async () => {
    fake.on('DeleteUserPoolClientSecret', () => ({}));
    clientWithSecrets(2_000, 1_000);
    expect(await deleteOlderSecret(cognito, client)).toEqual(new Date(1_000_000));
    clientWithSecrets(1_000, 2_000);
    await deleteOlderSecret(cognito, client);
    const older = { ...ids, ClientSecretId: 'orders--1000' };
    expect(fake.inputs('DeleteUserPoolClientSecret')).toEqual([older, older]);
  });

  it('does not delete the only secret', async () => {
    clientWithSecrets(1_000);
    await expect(deleteOlderSecret(cognito, client)).rejects.toThrow('has one secret only');
    expect(fake.inputs('DeleteUserPoolClientSecret')).toEqual([]);
  });

  it.each([
    ['ResourceNotFoundException', 'has no client orders. Give the right --client.'],
    ['AccessDeniedException', 'cognito-idp:ListUserPoolClientSecrets'],
  ])('says what to do after %s', async (code, advice) => {
    fake.on('ListUserPoolClientSecrets', () => new Failure(code));
    await expect(addSecret(cognito, client)).rejects.toThrow(advice);
  });
});
