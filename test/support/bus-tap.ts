import {
  PutEventsCommand,
  type PutEventsRequestEntry,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import type { awsClients } from './aws-clients.ts';

type Clients = Pick<Awaited<ReturnType<typeof awsClients>>, 'events' | 'sqs'>;

export const EventBusName = 'starling-local';

export function queueArnOf(queue: string): string {
  return `arn:aws:sqs:us-east-1:000000000000:${queue}`;
}

/** An entry of a producer outside the mesh, of no schema. */
export function orderEntry(more: Partial<PutEventsRequestEntry> = {}): PutEventsRequestEntry {
  return { Source: 'shop', DetailType: 'Ordered.v1', Detail: '{"n":1}', EventBusName, ...more };
}

export function putEvents({ events }: Clients, ...Entries: PutEventsRequestEntry[]) {
  return events.send(new PutEventsCommand({ Entries }));
}

/** A rule with a queue of its own; what it gives takes the bodies that came to that, waiting so many seconds for the first. */
export async function tapBus({ events, sqs }: Clients, name: string, pattern: object) {
  const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
  await events.send(new PutRuleCommand({ Name: name, EventBusName, EventPattern: JSON.stringify(pattern) }));
  const Targets = [{ Id: 'queue', Arn: queueArnOf(name) }];
  const { FailedEntryCount } = await events.send(new PutTargetsCommand({ Rule: name, EventBusName, Targets }));
  if (FailedEntryCount !== 0) throw new Error(`the rule ${name} got no target`);
  return async (WaitTimeSeconds = 5) => {
    const receive = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await sqs.send(receive);
    return Messages.map(({ Body = '' }) => Body);
  };
}
