import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DynamoAgentRegistry } from '#adapters/aws/agent-registry.ts';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import type { AgentId } from '#shared/ids.ts';
import { Failure, FakeAws } from '#test/support/fake-aws.ts';
import { TestClock } from '#test/support/fixtures.ts';

const id = 'echo' as AgentId;
const record = { id, card: {}, skillSchemas: [], public: true, deadline: 300 };
const item = (version: string) => ({
  Item: {
    pk: { S: 'agent#echo' },
    sk: { S: 'agent' },
    record: { S: JSON.stringify({ ...record, card: { version } }) },
    updatedAt: { N: '1' },
    revision: { S: version },
  },
});

let aws: FakeAws;
beforeEach(async () => {
  aws = await FakeAws.start();
});
afterEach(() => aws.close());

describe('a reader of the registry', () => {
  let clock: TestClock;
  let registry: DynamoAgentRegistry;
  const version = async () => (await registry.get(id))?.card.version;

  beforeEach(() => {
    clock = new TestClock();
    const bus = { put: () => Promise.reject(new Error('readers publish nothing')) };
    registry = new DynamoAgentRegistry({ documents: dynamoDbDocumentClient(aws.options), table: 't', bus, clock });
  });

  it('asks once for all that come at once, and sees a change within a second', async () => {
    aws.on('GetItem', (_input, call) => item(String(call)));
    expect(await Promise.all([version(), version(), version()])).toEqual(['1', '1', '1']);
    clock.advance(0.899);
    expect(await version()).toBe('1');
    clock.advance(0.001);
    expect(await version()).toBe('2');
    expect(aws.inputs<object>('GetItem')[0]).toMatchObject({ ConsistentRead: false });
  });

  it('looks again sooner for an agent that was not there', async () => {
    aws.on('GetItem', (_input, call) => (call === 1 ? {} : item(String(call))));
    expect(await version()).toBeUndefined();
    clock.advance(0.249);
    expect(await version()).toBeUndefined();
    clock.advance(0.001);
    expect(await version()).toBe('2');
  });

  it('does not remember a failure', async () => {
    aws.on('GetItem', (_input, call) => (call === 1 ? new Failure('AccessDeniedException') : item(String(call))));
    await expect(version()).rejects.toMatchObject({ code: 'AWS_ACCESS_DENIED' });
    expect(await version()).toBe('2');
  });
});
