import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secretsManagerClient } from '#adapters/aws/clients/secrets-manager.ts';
import { SecretsManagerStore } from '#adapters/aws/secret-store.ts';
import { Failure, FakeAws } from '#test/support/fake-aws.ts';
import { TestClock } from '#test/support/fixtures.ts';

/** What AWS answers while a deletion is under way; an emulator deletes at once. */
const deleting = new Failure(
  'InvalidRequestException',
  400,
  "You can't create this secret because a secret with this name is already scheduled for deletion.",
);
const value = 'a value that nobody may see';

describe('SecretsManagerStore', () => {
  let aws: FakeAws;
  let store: SecretsManagerStore;

  beforeEach(async () => {
    aws = await FakeAws.start();
    const client = secretsManagerClient(aws.options);
    store = new SecretsManagerStore({ client, stage: 'dev', clock: new TestClock(), deletionPauses: [1, 1, 1] });
    aws.on('PutSecretValue', () => new Failure('ResourceNotFoundException'));
  });
  afterEach(() => aws.close());

  it.each(['create', 'put'] as const)('waits in a %s for a deletion that is under way', async (way) => {
    aws.on('CreateSecret', (_input, call) => (call < 4 ? deleting : {}));
    await store[way]('key', value);
    expect(aws.inputs('CreateSecret')).toHaveLength(4);
    expect(await store.get('key')).toBe(value);
  });

  it('gives up after a while, and says what to do without the value', async () => {
    aws.on('CreateSecret', () => deleting);
    const error: unknown = await store.create('key', value).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: 'SECRET_BLOCKED' });
    expect(String(error)).toContain('aws secretsmanager restore-secret --secret-id starling/dev/key');
    expect(String(error)).not.toContain(value);
  });

  it('takes its own retry of a creation for its own', async () => {
    aws.on('CreateSecret', (_input, call) => (call === 1 ? new Failure('InternalServiceError', 500) : {}));
    expect(await store.create('key', value)).toBe(true);
    const tokens = aws.inputs<{ ClientRequestToken: string }>('CreateSecret').map((input) => input.ClientRequestToken);
    expect(tokens).toEqual([expect.stringMatching(/.{32,}/), tokens[0]]);
  });

  it('asks once for all that read at once, and again after a failure', async () => {
    aws.on('GetSecretValue', (_input, call) =>
      call === 1 ? new Failure('AccessDeniedException') : { SecretString: value },
    );
    await expect(store.get('key')).rejects.toMatchObject({ code: 'AWS_ACCESS_DENIED' });
    expect(await Promise.all([store.get('key'), store.get('key')])).toEqual([value, value]);
    expect(aws.inputs('GetSecretValue')).toHaveLength(2);
  });
});
