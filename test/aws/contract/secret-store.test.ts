import { DeleteSecretCommand, ListSecretsCommand, PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { secretsManagerClient } from '#adapters/aws/clients/secrets-manager.ts';
import { SecretsManagerStore } from '#adapters/aws/secret-store.ts';
import { systemClock } from '#shared/ports/clock.ts';
import { secretStoreContract } from '#test/contract/secret-store.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';

const stage = randomStage();
const client = secretsManagerClient(clientOptions);
afterAll(() => client.destroy());

async function clear(): Promise<void> {
  const Filters = [{ Key: 'name' as const, Values: [`starling/${stage}/`] }];
  const { SecretList = [] } = await client.send(new ListSecretsCommand({ Filters, IncludePlannedDeletion: true }));
  for (const { ARN: SecretId } of SecretList) {
    await client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
  }
}

secretStoreContract('aws', async () => ({
  store: new SecretsManagerStore({ client, stage, clock: systemClock }),
  close: clear,
}));

describe('SecretsManagerStore', () => {
  afterEach(clear);
  const deletionPauses = [1, 1];

  it('keeps a secret under its stage', async () => {
    const store = new SecretsManagerStore({ client, stage, clock: systemClock });
    const other = new SecretsManagerStore({ client, stage: `${stage}x`, clock: systemClock });
    await store.put('key', 'one');
    expect(await other.get('key')).toBeUndefined();
    const { SecretList = [] } = await client.send(new ListSecretsCommand());
    expect(SecretList.map(({ Name }) => Name)).toContain(`starling/${stage}/key`);
  });

  it("reads another process's change within a minute, and asks AWS once in it", async () => {
    const clock = new TestClock();
    const store = new SecretsManagerStore({ client, stage, clock });
    await store.put('key', 'one');
    const SecretId = `starling/${stage}/key`;
    await client.send(new PutSecretValueCommand({ SecretId, SecretString: 'two' }));
    clock.advance(59);
    expect(await store.get('key')).toBe('one');
    clock.advance(1);
    expect(await store.get('key')).toBe('two');
  });

  it('finds at once what another has just made', async () => {
    const clock = new TestClock();
    const store = new SecretsManagerStore({ client, stage, clock });
    const other = new SecretsManagerStore({ client, stage, clock });
    expect(await store.get('key')).toBeUndefined();
    await other.create('key', 'first');
    expect(await store.get('key')).toBe('first');
    await other.put('key', 'second');
    expect(await store.create('key', 'ours')).toBe(false);
    expect(await store.get('key')).toBe('second');
  });

  it("takes what an operator scheduled for deletion for gone, and does not undo the operator's recovery window", async () => {
    const store = new SecretsManagerStore({ client, stage, clock: new TestClock(), deletionPauses });
    const SecretId = `starling/${stage}/key`;
    await new SecretsManagerStore({ client, stage, clock: systemClock }).put('key', 'one');
    await client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
    expect(await store.get('key')).toBeUndefined();
    const refused = store.put('key', 'two');
    await expect(refused).rejects.toMatchObject({ code: 'SECRET_BLOCKED' });
    await expect(refused).rejects.toThrow(`restore-secret --secret-id ${SecretId}`);
    await store.delete('key');
    expect(await store.create('key', 'three')).toBe(true);
  });
});
