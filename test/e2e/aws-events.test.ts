import {
  DeleteRuleCommand,
  DescribeEventBusCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  TestEventPatternCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { awsClients } from '../support/aws-clients.ts';
import { Mesh } from '../support/mesh.ts';

const EventBusName = 'starling-local';
const arnOf = (queue: string) => `arn:aws:sqs:us-east-1:000000000000:${queue}`;
const entry = (more: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry => ({
  Source: 'shop',
  DetailType: 'Ordered.v1',
  Detail: '{"n":1}',
  EventBusName,
  ...more,
});

let mesh: Mesh;
let clients: Awaited<ReturnType<typeof awsClients>>;
beforeAll(async () => {
  mesh = await Mesh.start();
  clients = await awsClients(mesh);
});
afterAll(async () => {
  clients.destroy();
  await mesh.stop();
});

const put = (...Entries: PutEventsRequestEntry[]) => clients.events.send(new PutEventsCommand({ Entries }));
const quarantined = async () => {
  const metrics = await (await mesh.admin('/metrics')).text();
  const of = (pattern: RegExp) => Number(pattern.exec(metrics)?.[1] ?? 0);
  return {
    counted: of(/^starling_quarantined_total\{function="PutEvents"\} (\d+)$/m),
    stored: of(/^starling_quarantine_events (\d+)$/m),
  };
};

/** A rule with a queue of its own, and what comes to that. */
async function tap(name: string, pattern: object) {
  const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName: name }));
  await clients.events.send(new PutRuleCommand({ Name: name, EventBusName, EventPattern: JSON.stringify(pattern) }));
  const targets = await clients.events.send(
    new PutTargetsCommand({ Rule: name, EventBusName, Targets: [{ Id: 'queue', Arn: arnOf(name) }] }),
  );
  expect(targets.FailedEntryCount).toBe(0);
  return async (WaitTimeSeconds = 5) => {
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, MaxNumberOfMessages: 10 }),
    );
    return Messages.map(({ Body = '' }) => Body);
  };
}

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
      'NotAuthorizedForSource',
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

  it('moves a task by a sound event of its agent, whatever the numbers in it look like', async () => {
    const received = await tap('statuses', { 'detail-type': ['TaskStatusChanged.v1'] });
    await mesh.send('echo', 'hello');
    const bodies = await received();
    const { source, detail } = JSON.parse(bodies[0] ?? '{}');
    // The task has ended: a late event changes nothing, and is no breach of a contract.
    const before = await quarantined();
    const Detail = JSON.stringify(detail).replace('"sequence":1', '"sequence":1.00');
    const { FailedEntryCount } = await put(entry({ Source: source, DetailType: 'TaskStatusChanged.v1', Detail }));
    expect(FailedEntryCount).toBe(0);
    expect(await received()).toHaveLength(1);
    expect(await quarantined()).toEqual(before);
  });
});

describe('rules and targets', () => {
  it('are listed with those of serverless.yml, which clients cannot change', async () => {
    const { events } = clients;
    const { Rules = [] } = await events.send(new ListRulesCommand({ EventBusName, NamePrefix: 'starling-local-' }));
    const Rule = 'starling-local-echo';
    const rule = Rules.find(({ Name }) => Name === Rule);
    expect(rule).toMatchObject({ State: 'ENABLED', EventBusName });
    expect(JSON.parse(rule?.EventPattern ?? '')).toMatchObject({ source: ['starling.tasks'] });
    const { Targets } = await events.send(new ListTargetsByRuleCommand({ EventBusName, Rule }));
    expect(Targets).toEqual([{ Id: 'queue', Arn: arnOf(Rule) }]);
    const managed = { name: 'ManagedRuleException' };
    await expect(
      events.send(new PutRuleCommand({ EventBusName, Name: Rule, EventPattern: '{"source":["a"]}' })),
    ).rejects.toMatchObject(managed);
    await expect(events.send(new DeleteRuleCommand({ EventBusName, Name: Rule }))).rejects.toMatchObject(managed);
    await expect(events.send(new RemoveTargetsCommand({ EventBusName, Rule, Ids: ['queue'] }))).rejects.toMatchObject(
      managed,
    );
  });

  it('go through their life', async () => {
    const { events } = clients;
    const received = await tap('life', { source: ['shop.life'] });
    const Rule = 'life';
    const pattern = JSON.stringify({ source: ['shop.life'] });
    const send = () => put(entry({ Source: 'shop.life' }));
    await send();
    expect(await received()).toHaveLength(1);

    await events.send(
      new PutRuleCommand({ Name: Rule, EventBusName, EventPattern: pattern, State: 'DISABLED', Description: 'off' }),
    );
    await send();
    expect(await received(0)).toEqual([]);
    const { Rules } = await events.send(new ListRulesCommand({ EventBusName, NamePrefix: Rule }));
    expect(Rules).toMatchObject([{ Name: Rule, State: 'DISABLED', Description: 'off' }]);

    await events.send(new PutRuleCommand({ Name: Rule, EventBusName, EventPattern: pattern }));
    await send();
    expect(await received()).toHaveLength(1);

    await expect(events.send(new DeleteRuleCommand({ EventBusName, Name: Rule }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const removed = await events.send(new RemoveTargetsCommand({ EventBusName, Rule, Ids: ['queue', 'other'] }));
    expect(removed.FailedEntries).toMatchObject([{ TargetId: 'other', ErrorCode: 'ResourceNotFoundException' }]);
    await send();
    expect(await received(0)).toEqual([]);
    await events.send(new DeleteRuleCommand({ EventBusName, Name: Rule }));
    await events.send(new DeleteRuleCommand({ EventBusName, Name: Rule }));
    await expect(events.send(new ListTargetsByRuleCommand({ EventBusName, Rule }))).rejects.toMatchObject({
      name: 'ResourceNotFoundException',
    });
  });

  it('come page by page', async () => {
    const { events } = clients;
    for (const Name of ['page-1', 'page-2', 'page-3']) {
      await events.send(new PutRuleCommand({ Name, EventBusName, EventPattern: '{"source":["page"]}' }));
    }
    const asked = { EventBusName, NamePrefix: 'page-', Limit: 2 };
    const first = await events.send(new ListRulesCommand(asked));
    const second = await events.send(new ListRulesCommand({ ...asked, NextToken: first.NextToken }));
    expect([...(first.Rules ?? []), ...(second.Rules ?? [])].map(({ Name }) => Name)).toEqual([
      'page-1',
      'page-2',
      'page-3',
    ]);
    expect(second.NextToken).toBeUndefined();
    await expect(events.send(new ListRulesCommand({ ...asked, NextToken: '!' }))).rejects.toMatchObject({
      name: 'ValidationException',
    });
  });

  it.each([
    ['a pattern that AWS refuses', { Name: 'bad', EventPattern: '{"source":"a"}' }, 'InvalidEventPatternException'],
    ['a schedule', { Name: 'bad', ScheduleExpression: 'rate(1 minute)' }, 'ValidationException'],
    ['no name of a rule', { Name: 'a b', EventPattern: '{"source":["a"]}' }, 'ValidationException'],
    [
      'another bus',
      { Name: 'bad', EventPattern: '{"source":["a"]}', EventBusName: 'another' },
      'ResourceNotFoundException',
    ],
  ])('are refused with %s', async (_what, input, name) => {
    await expect(clients.events.send(new PutRuleCommand({ EventBusName, ...input }))).rejects.toMatchObject({ name });
  });

  it('refuse targets that are no queues, and one alone that is not there', async () => {
    const { events } = clients;
    await events.send(new PutRuleCommand({ Name: 'aims', EventBusName, EventPattern: '{"source":["aims"]}' }));
    const aim = (...Targets: { Id: string; Arn: string; Input?: string }[]) =>
      events.send(new PutTargetsCommand({ Rule: 'aims', EventBusName, Targets }));
    await expect(aim({ Id: '1', Arn: 'arn:aws:lambda:us-east-1:000000000000:function:f' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    await expect(aim({ Id: '1', Arn: arnOf('starling-local-echo-dlq'), Input: '{}' })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const { FailedEntries } = await aim(
      { Id: '1', Arn: arnOf('starling-local-echo-dlq') },
      { Id: '2', Arn: arnOf('nowhere') },
    );
    expect(FailedEntries).toMatchObject([{ TargetId: '2', ErrorCode: 'ResourceNotFoundException' }]);
    await expect(
      events.send(
        new PutTargetsCommand({
          Rule: 'never-made',
          EventBusName,
          Targets: [{ Id: '1', Arn: arnOf('starling-local-echo') }],
        }),
      ),
    ).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
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

describe('after a restart', () => {
  it('rules, targets, queues and what was in them are there', async () => {
    const received = await tap('kept', { source: ['shop.kept'] });
    await put(entry({ Source: 'shop.kept', Detail: '{"n":1}' }));
    await mesh.stop({ keep: true });
    clients.destroy();
    const { data } = mesh;
    mesh = await Mesh.start({ data, env: { STARLING_PORT: new URL(mesh.url).port } });
    clients = await awsClients(mesh);
    await put(entry({ Source: 'shop.kept', Detail: '{"n":2}' }));
    expect((await received()).map((body) => JSON.parse(body).detail.n)).toEqual([1, 2]);
  });
});
