import {
  DeleteRuleCommand,
  ListTargetsByRuleCommand,
  PutRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  type Target,
} from '@aws-sdk/client-eventbridge';
import { describe, expect, it } from 'vitest';
import { EventBusName, orderEntry, putEvents, queueArnOf } from '#test/support/bus-tap.ts';
import { type AwsClients, meshWithClients } from '#test/support/mesh-with-clients.ts';
import { newFifoQueue } from '#test/support/sqs-queue.ts';

let clients: AwsClients;
meshWithClients((_mesh, made) => {
  clients = made;
});

describe('a rule with a FIFO queue as its target', () => {
  const Name = 'ordered';
  const aim = (...Targets: Target[]) =>
    clients.events.send(new PutTargetsCommand({ Rule: Name, EventBusName, Targets }));

  it('sends its events in order, to the group that the target names', async () => {
    const { events } = clients;
    const queue = await newFifoQueue(clients, { ContentBasedDeduplication: 'true' });
    const undeduplicated = await newFifoQueue(clients);
    await events.send(
      new PutRuleCommand({ Name, EventBusName, EventPattern: JSON.stringify({ source: ['shop.ordered'] }) }),
    );
    const Arn = queueArnOf(queue.QueueName);
    const SqsParameters = { MessageGroupId: 'orders' };
    await expect(aim({ Id: '1', Arn })).rejects.toMatchObject({ name: 'ValidationException' });
    await expect(aim({ Id: '1', Arn, SqsParameters: { MessageGroupId: 'a b' } })).rejects.toMatchObject({
      name: 'ValidationException',
    });
    const { FailedEntries } = await aim(
      { Id: '1', Arn, SqsParameters },
      { Id: '2', Arn: queueArnOf(undeduplicated.QueueName), SqsParameters },
    );
    expect(FailedEntries).toMatchObject([{ TargetId: '2', ErrorCode: 'ValidationException' }]);
    const { Targets } = await events.send(new ListTargetsByRuleCommand({ EventBusName, Rule: Name }));
    expect(Targets).toEqual([{ Id: '1', Arn, SqsParameters }]);

    const numbers = Array.from({ length: 25 }, (_, index) => index);
    for (let first = 0; first < 25; first += 5) {
      const chunk = numbers
        .slice(first, first + 5)
        .map((n) => orderEntry({ Source: 'shop.ordered', Detail: `{"n":${n}}` }));
      expect(await putEvents(clients, ...chunk)).toMatchObject({ FailedEntryCount: 0 });
    }
    const got: number[] = [];
    while (got.length < 25) {
      const messages = await queue.receive({ WaitTimeSeconds: 5, MessageSystemAttributeNames: ['All'] });
      for (const message of messages) {
        const event = JSON.parse(message.Body ?? '');
        expect(message.Attributes).toMatchObject({ MessageGroupId: 'orders', MessageDeduplicationId: event.id });
        got.push(event.detail.n);
        await queue.delete(message);
      }
    }
    expect(got).toEqual(numbers);
    await events.send(new RemoveTargetsCommand({ EventBusName, Rule: Name, Ids: ['1'] }));
    await events.send(new DeleteRuleCommand({ EventBusName, Name }));
  });
});
