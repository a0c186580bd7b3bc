import {
  DescribeEventBusCommand,
  type PutEventsRequestEntry,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { EventBusName, orderEntry as entry, putEvents, tapBus } from '#test/support/bus-tap.ts';
import type { Mesh } from '#test/support/mesh.ts';
import { type AwsClients, meshWithClients } from '#test/support/mesh-with-clients.ts';

let mesh: Mesh;
let clients: AwsClients;
meshWithClients((...made) => {
  [mesh, clients] = made;
});

const put = (...entries: PutEventsRequestEntry[]) => putEvents(clients, ...entries);
const tap = (name: string, pattern: object) => tapBus(clients, name, pattern);
const quarantined = async () => {
  const metrics = await (await mesh.admin('/metrics')).text();
  const of = (pattern: RegExp) => Number(pattern.exec(metrics)?.[1] ?? 0);
  return {
    counted: of(/^starling_quarantined_total\{function="PutEvents"\} (\d+)$/m),
    stored: of(/^starling_quarantine_events (\d+)$/m),
  };
};

describe('PutEvents', () => {
  it('delivers by rules that clients made, whole and to the last digit', async () => {
    const received = await tap('orders', { source: ['shop'], detail: { kind: ['exact'] } });
    const Detail = '{"kind":"exact","price":1.0,"id":12345678901234567890}';
    const Time = new Date('2024-11-21T09:10:00Z');
    const { Entries } = await put(entry({ Detail, Time, Resources: ['arn:one'] }), entry());
    const [body = ''] = await received();
    expect(body).toContain(`"detail":${Detail}`);
    expect(JSON.parse(body)).toMatchObject({
      id: Entries?.[0]?.EventId,
      source: 'shop',
      'detail-type': 'Ordered.v1',
      time: '2024-11-21T09:10:00Z',
      resources: ['arn:one'],
    });
    expect(await received(0)).toEqual([]);
  });

  it('answers for each entry, and takes the neighbours of one that it refuses', async () => {
    const received = await tap('neighbours', { source: ['shop.neighbours'] });
    const mine = (more: Partial<PutEventsRequestEntry>) => entry({ Source: 'shop.neighbours', ...more });
    const { Entries, FailedEntryCount } = await put(
      mine({ Detail: '{"n":1}' }),
      mine({ Detail: '{' }),
      mine({ Detail: '[]' }),
      mine({ Source: undefined }),
      mine({ DetailType: '' }),
      mine({ Source: 'aws.ec2' }),
      mine({ EventBusName: 'another' }),
      mine({ EventBusName: undefined }),
      mine({ Detail: `{"a":${'['.repeat(5000)}${']'.repeat(5000)}}` }),
      mine({ Detail: '{"n":2}', EventBusName: 'arn:aws:events:us-east-1:000000000000:event-bus/starling-local' }),
    );
    expect(FailedEntryCount).toBe(8);
    expect(Entries?.map(({ ErrorCode, EventId }) => ErrorCode ?? typeof EventId)).toEqual([
      'string',
      'MalformedDetail',
      'MalformedDetail',
      'InvalidArgument',
      'InvalidArgument',
      'NotAuthorizedForSourceException',
      'ResourceNotFoundException',
      'ResourceNotFoundException',
      'MalformedDetail',
      'string',
    ]);
    const events = (await received()).map((body) => JSON.parse(body));
    expect(events.map(({ id }) => id)).toEqual([Entries?.[0]?.EventId, Entries?.[9]?.EventId]);
  });

  it('refuses the call above 10 entries, without any, and above 1 MB', async () => {
    const validation = { name: 'ValidationException' };
    await expect(put(...Array.from({ length: 11 }, () => entry()))).rejects.toMatchObject(validation);
    await expect(put()).rejects.toMatchObject(validation);
    const rest = Buffer.byteLength('shopOrdered.v1{"t":""}');
    const Detail = (bytes: number) => JSON.stringify({ t: 'x'.repeat(bytes - rest) });
    await expect(put(entry({ Detail: Detail(1024 * 1024 + 1) }))).rejects.toMatchObject(validation);
    expect(await put(entry({ Detail: Detail(1024 * 1024) }))).toMatchObject({ FailedEntryCount: 0 });
  });

  it('takes what breaks its schema, with an id, but delivers it to nobody', async () => {
    const received = await tap('anything-of-ours', { source: [{ prefix: 'starling.' }] });
    const before = await quarantined();
    const { Entries, FailedEntryCount } = await put(
      entry({ Source: 'starling.tasks', DetailType: 'TaskRequested.v1', Detail: '{"data":{"taskId":1}}' }),
      entry({ Source: 'starling.tasks', DetailType: 'TaskRequested.v1', Detail: '{}' }),
      entry({ Source: 'starling.agents.echo', DetailType: 'TaskStatusChanged.v1', Detail: '{"data":null}' }),
      entry({ Source: 'starling.tasks', DetailType: 'Invented.v1' }),
      entry({ Source: 'starling.unknown', DetailType: 'Free.v1' }),
    );
    expect(FailedEntryCount).toBe(0);
    expect(new Set(Entries?.map(({ EventId }) => EventId)).size).toBe(5);
    expect((await received()).map((body) => JSON.parse(body).id)).toEqual([Entries?.[4]?.EventId]);
    const after = await quarantined();
    expect(after.counted - before.counted).toBe(4);
    expect(after.stored - before.stored).toBe(4);
    expect((await mesh.send('echo', 'still there')).status.state).toBe('TASK_STATE_COMPLETED');
  });

  it('moves a task by a sound event of its agent, also with a number that no double holds', async () => {
    const received = await tap('statuses', { 'detail-type': ['TaskStatusChanged.v1'] });
    await mesh.send('echo', 'hello');
    const bodies = await received();
    const { source, detail } = JSON.parse(bodies[0] ?? '{}');
    // The task has ended: a late event changes nothing, and is no breach of a contract.
    const before = await quarantined();
    const Detail = JSON.stringify(detail).replace('"sequence":1', '"sequence":1.00000000000000001');
    const { FailedEntryCount } = await put(entry({ Source: source, DetailType: 'TaskStatusChanged.v1', Detail }));
    expect(FailedEntryCount).toBe(0);
    expect(await received()).toHaveLength(1);
    expect(await quarantined()).toEqual(before);
  });
});

describe('TestEventPattern and DescribeEventBus', () => {
  const event = {
    id: '1',
    account: '0',
    source: 'a',
    time: 't',
    region: 'r',
    resources: [],
    'detail-type': 'd',
    detail: { n: 1 },
  };
  const ask = (pattern: object | string, Event = JSON.stringify(event)) =>
    clients.events.send(
      new TestEventPatternCommand({
        EventPattern: typeof pattern === 'string' ? pattern : JSON.stringify(pattern),
        Event,
      }),
    );

  it('tell what they are asked', async () => {
    expect((await ask({ detail: { n: [{ numeric: ['>', 0] }] } })).Result).toBe(true);
    expect((await ask({ detail: { n: [2] } })).Result).toBe(false);
    await expect(ask('{')).rejects.toMatchObject({ name: 'InvalidEventPatternException' });
    await expect(ask({ source: ['a'] }, '{"source":"a"}')).rejects.toMatchObject({ name: 'ValidationException' });
    const { Arn } = await clients.events.send(new DescribeEventBusCommand({ Name: EventBusName }));
    expect(Arn).toBe('arn:aws:events:us-east-1:000000000000:event-bus/starling-local');
    const unknown = clients.events.send(new DescribeEventBusCommand({ Name: 'another' }));
    await expect(unknown).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
