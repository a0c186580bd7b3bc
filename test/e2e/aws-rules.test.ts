import {
  DeleteRuleCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { queueArnOf as arnOf, EventBusName, orderEntry as entry, putEvents, tapBus } from '#test/support/bus-tap.ts';
import { type AwsClients, meshWithClients } from '#test/support/mesh-with-clients.ts';

let clients: AwsClients;
const restart = meshWithClients((_mesh, made) => {
  clients = made;
});

const put = (...entries: PutEventsRequestEntry[]) => putEvents(clients, ...entries);
const tap = (name: string, pattern: object) => tapBus(clients, name, pattern);

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

describe('after a restart', () => {
  it('rules, targets, queues and what was in them are there', async () => {
    const received = await tap('kept', { source: ['shop.kept'] });
    await put(entry({ Source: 'shop.kept', Detail: '{"n":1}' }));
    await restart();
    await put(entry({ Source: 'shop.kept', Detail: '{"n":2}' }));
    expect((await received()).map((body) => JSON.parse(body).detail.n)).toEqual([1, 2]);
  });
});
