import { rmSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigurationError } from '#shared/errors.ts';
import { awsCredentials, awsCredentialsFile } from '#shared/security/aws-credentials.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the AWS keys of a data folder', () => {
  it('are made once, also when two ask at once, and only their owner can read them', async () => {
    const [one, other] = await Promise.all([awsCredentials(folder), awsCredentials(folder)]);
    expect(one).toEqual(other);
    expect(await awsCredentials(folder)).toEqual(one);
    expect(one.accessKeyId).toMatch(/^[A-Z0-9]{20}$/);
    expect(one.secretAccessKey).toMatch(/^[A-Za-z0-9+/]{40}$/);
    expect(statSync(awsCredentialsFile(folder)).mode & 0o777).toBe(0o600);
  });

  it('are others in another folder', async () => {
    const other = temporaryFolder();
    expect(await awsCredentials(other)).not.toEqual(await awsCredentials(folder));
    rmSync(other, { recursive: true });
  });

  it.each(['', '[]', 'null', '{"accessKeyId": "a", "secretAccessKey": ""}'])(
    'are not guessed from %j',
    async (text) => {
      writeFileSync(awsCredentialsFile(folder), text);
      await expect(awsCredentials(folder)).rejects.toThrow(ConfigurationError);
      await expect(awsCredentials(folder)).rejects.toThrow(awsCredentialsFile(folder));
    },
  );
});
