import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Io } from '#cli/io.ts';
import { readTarget } from '#cli/mesh/target.ts';
import { systemClock } from '#shared/ports/clock.ts';
import { fakeEndpoint } from './fake-endpoint.ts';

const outputs = ['Url', 'TokenUrl', 'Bus', 'ArtifactStream', 'Issuer', 'Blobs', 'UserPoolId'];
const members = (names: readonly string[]) =>
  names.map((name) => `<member><OutputKey>${name}</OutputKey><OutputValue>its ${name}</OutputValue></member>`).join('');
const stackWith = (names: readonly string[]) =>
  `<DescribeStacksResponse><DescribeStacksResult><Stacks><member><StackName>starling-prod</StackName>
<StackStatus>CREATE_COMPLETE</StackStatus><CreationTime>2026-01-01T00:00:00Z</CreationTime>
<Outputs>${members(names)}</Outputs></member></Stacks></DescribeStacksResult></DescribeStacksResponse>`;

let endpoint: { close(): void };
beforeEach(async () => {
  endpoint = await fakeEndpoint(() => ({ status: 200, body: stackWith(outputs) }));
});
afterEach(() => endpoint.close());

function credentialsWith(env: Record<string, string>) {
  const io: Io = {
    stdin: (async function* () {})(),
    stdout: { write: () => {} },
    stderr: { write: () => {} },
    env,
    clock: systemClock,
    sleep: async () => {},
    stopSignal: () => new AbortController().signal,
  };
  return readTarget({ stage: 'prod', region: 'eu-central-1' }, io).then((target) => target.credentials());
}

describe('the client of a stage without the example client', () => {
  it('is the one that the environment names', async () => {
    expect(await credentialsWith({ STARLING_CLIENT_ID: 'orders', STARLING_CLIENT_SECRET: 'secret' })).toMatchObject({
      clientId: 'orders',
      clientSecret: 'secret',
    });
  });

  it('is missing otherwise, and the error says what to do', async () => {
    await expect(credentialsWith({})).rejects.toMatchObject({
      code: 'NO_CREDENTIALS',
      message: expect.stringMatching(/prod has no example client.*STARLING_CLIENT_ID.*exampleClient=on/),
    });
  });

  it.each([
    ['STARLING_CLIENT_SECRET', { STARLING_CLIENT_ID: 'orders' }],
    ['STARLING_CLIENT_ID', { STARLING_CLIENT_SECRET: 'secret', STARLING_CLIENT_ID: '' }],
  ])('needs both: %s is not set', async (name, env) => {
    await expect(credentialsWith(env)).rejects.toThrow(`${name} is not set`);
  });
});
