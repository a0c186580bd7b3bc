import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DynamoAgentRegistry } from '#adapters/aws/agent-registry.ts';
import { ClaimCheck } from '#adapters/aws/claim-check/claim-check.ts';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { eventBridgeClient } from '#adapters/aws/clients/eventbridge.ts';
import { AwsEventBus } from '#adapters/aws/event-bus/event-bus.ts';
import { tableName } from '#adapters/aws/tables.ts';
import type { AgentId } from '#shared/ids.ts';
import type { AgentRecord } from '#shared/ports/agent-registry.ts';
import { systemClock } from '#shared/ports/clock.ts';
import type { BusEntry, EventBus } from '#shared/ports/event-bus.ts';
import { agentRegistryContract } from '#test/contract/agent-registry.ts';
import { clearTable } from '../support/clear-table.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';
import { RecordingBus } from '../support/recording-bus.ts';
import { createTables } from '../support/tables.ts';

const stage = randomStage();
const documents = dynamoDbDocumentClient(clientOptions);
const events = eventBridgeClient(clientOptions);
const claims = new ClaimCheck({
  blobs: { put: () => Promise.reject(new Error('no event here is large')), get: async () => undefined },
  bucket: 'none',
});
/** The account's default bus: whether the events arrive is the bus's contract. */
const awsBus = new AwsEventBus({ client: events, bus: 'default', claims });
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ remove } = await createTables(documents, stage, ['registry']));
});
afterAll(async () => {
  await remove();
  documents.destroy();
  events.destroy();
});

function openRegistry(bus: Pick<EventBus, 'put'>, lease?: number): DynamoAgentRegistry {
  const table = tableName(stage, 'registry');
  return new DynamoAgentRegistry({ documents, table, bus, clock: systemClock, ...(lease !== undefined && { lease }) });
}
const clear = () => clearTable(documents, stage, 'registry');

agentRegistryContract('aws', async () => {
  const bus = new RecordingBus(awsBus);
  return { registry: openRegistry(bus), published: async () => bus.events, close: clear };
});

describe('a change that a crash cut in two', () => {
  afterEach(clear);

  const id = 'echo' as AgentId;
  const record = (version: string): AgentRecord => ({
    id,
    card: {
      name: 'Echo',
      description: 'Returns what it is sent.',
      version,
      capabilities: { streaming: true, pushNotifications: false, extendedAgentCard: false },
      defaultInputModes: ['text/plain'],
      defaultOutputModes: ['text/plain'],
      skills: [],
    },
    skillSchemas: [],
    public: true,
    deadline: 300,
  });
  const event = (detailType: string): BusEntry => ({ source: 'starling.registry', detailType, detail: { agent: id } });
  const put = (registry: DynamoAgentRegistry, version: string) =>
    registry.put(record(version), (change) => event(`${change} ${version}`));
  const types = (bus: RecordingBus) => bus.events.map((one) => one['detail-type']);

  /** What a killed process never comes back from: before its event went out, or after. */
  const killedBefore: Pick<EventBus, 'put'> = { put: () => Promise.reject(new Error('killed')) };
  const killedAfter = (bus: Pick<EventBus, 'put'>): Pick<EventBus, 'put'> => ({
    put: async (entries) => {
      await bus.put(entries);
      throw new Error('killed');
    },
  });

  it('leaves readers what was there, and is finished by the next run, which tells what it did', async () => {
    const bus = new RecordingBus(awsBus);
    await expect(put(openRegistry(killedBefore, 0), '1')).rejects.toThrow('killed');
    const registry = openRegistry(bus);
    expect(await registry.get(id)).toBeUndefined();
    expect(await registry.list()).toEqual([]);
    expect(await put(registry, '1')).toBe('registered');
    expect(await put(registry, '1')).toBe('unchanged');
    expect(types(bus)).toEqual(['registered 1']);
    expect(await registry.get(id)).toMatchObject(record('1'));
  });

  it('publishes again where the event was out, and changes once', async () => {
    const bus = new RecordingBus(awsBus);
    await put(openRegistry(bus), '1');
    await expect(put(openRegistry(killedAfter(bus), 0), '2')).rejects.toThrow('killed');
    const registry = openRegistry(bus);
    expect(await registry.get(id)).toMatchObject(record('1'));
    expect(await put(registry, '2')).toBe('updated');
    expect(types(bus)).toEqual(['registered 1', 'updated 2', 'updated 2']);
    expect(await registry.get(id)).toMatchObject(record('2'));
  });

  it('comes before another change', async () => {
    const bus = new RecordingBus(awsBus);
    await expect(put(openRegistry(killedBefore, 0), '1')).rejects.toThrow('killed');
    expect(await put(openRegistry(bus), '2')).toBe('updated');
    expect(types(bus)).toEqual(['registered 1', 'updated 2']);
  });

  it('keeps an agent listed whose end was not told, so that a sync comes upon it', async () => {
    const bus = new RecordingBus(awsBus);
    await put(openRegistry(bus), '1');
    await expect(openRegistry(killedBefore, 0).deactivate(id, event('gone'))).rejects.toThrow('killed');
    const registry = openRegistry(bus);
    expect((await registry.list()).map((agent) => agent.id)).toEqual([id]);
    expect(await registry.deactivate(id, event('gone again'))).toBe(true);
    expect(types(bus)).toEqual(['registered 1', 'gone']);
    expect(await registry.list()).toEqual([]);
    expect(await registry.deactivate(id, event('gone'))).toBe(false);
  });

  it('is left alone while its writer may be alive, and done once', async () => {
    const bus = new RecordingBus(awsBus);
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const slow = openRegistry({
      put: async (entries) => {
        await held;
        return bus.put(entries);
      },
    });
    const first = put(slow, '1');
    // Until the change is written down, the other could be first.
    await expect.poll(() => written()).toBe(1);
    const second = put(openRegistry(bus), '1');
    release();
    expect([await first, await second]).toEqual(['registered', 'unchanged']);
    expect(types(bus)).toEqual(['registered 1']);
  });

  it('is told by each of two processes that race for different versions, one after the other', async () => {
    const bus = new RecordingBus(awsBus);
    const done = await Promise.all([put(openRegistry(bus), '1'), put(openRegistry(bus), '2')]);
    expect(done.toSorted()).toEqual(['registered', 'updated']);
    const last = (await openRegistry(bus).get(id))?.card.version;
    expect(types(bus)).toEqual(last === '2' ? ['registered 1', 'updated 2'] : ['registered 2', 'updated 1']);
  });

  it('is its own also where an answer was lost and the SDK wrote again', async () => {
    const losing = dynamoDbDocumentClient(clientOptions);
    let puts = 0;
    losing.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          const isPut = commandName === 'PutItemCommand';
          if (isPut) puts++;
          const answer = await next(args);
          if (!isPut || puts > 1) return answer;
          throw Object.assign(new Error('the connection ended'), { name: 'TimeoutError' });
        },
      { step: 'finalizeRequest', priority: 'low' },
    );
    const bus = new RecordingBus(awsBus);
    const table = tableName(stage, 'registry');
    const registry = new DynamoAgentRegistry({ documents: losing, table, bus, clock: systemClock });
    expect(await put(registry, '1')).toBe('registered');
    expect(puts).toBe(3);
    expect(types(bus)).toEqual(['registered 1']);
    losing.destroy();
  });

  async function written(): Promise<number> {
    const { Count = 0 } = await documents.send(new ScanCommand({ TableName: tableName(stage, 'registry') }));
    return Count;
  }
});
