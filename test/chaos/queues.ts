import { PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import { CreateQueueCommand, GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';
import { queueArnOf } from '#test/support/bus-tap.ts';
import { ask } from './aws-client.ts';
import { VISIBILITY_TIMEOUT } from './consumer.ts';
import type { LoadContext } from './loads/context.ts';
import { EventBusName, SOURCE } from './loads/events.ts';

export interface MadeQueues {
  /** Fed by a rule. */
  readonly seen: string;
  readonly standard: string;
  readonly fifo: string;
}

/** Makes queues and a rule, as clients do; they have to outlive every kill. Gives the queues' URLs. */
export async function makeQueues({ aws }: LoadContext): Promise<MadeQueues> {
  const make = async (QueueName: string, Attributes: Record<string, string> = {}) => {
    const command = new CreateQueueCommand({
      QueueName,
      Attributes: { VisibilityTimeout: String(VISIBILITY_TIMEOUT), ...Attributes },
    });
    const { QueueUrl } = await ask((options) => aws.sqs.send(command, options));
    if (QueueUrl === undefined) throw new Error(`The queue ${QueueName} was not made.`);
    return QueueUrl;
  };
  const seen = await make('chaos-seen');
  const rule = { Name: 'chaos-seen', EventBusName, EventPattern: JSON.stringify({ source: [SOURCE] }) };
  await ask((options) => aws.events.send(new PutRuleCommand(rule), options));
  const Targets = [{ Id: 'queue', Arn: queueArnOf('chaos-seen') }];
  const put = new PutTargetsCommand({ Rule: 'chaos-seen', EventBusName, Targets });
  const { FailedEntryCount } = await ask((options) => aws.events.send(put, options));
  if (FailedEntryCount !== 0) throw new Error('The rule of the test got no target.');
  return { seen, standard: await make('chaos-standard'), fifo: await make('chaos.fifo', { FifoQueue: 'true' }) };
}

/** Messages that are in the queue, in whatever state. */
export async function messagesIn(sqs: SQSClient, QueueUrl: string): Promise<number> {
  const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
  const { Attributes = {} } = await ask((options) => sqs.send(command, options));
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible, ApproximateNumberOfMessagesDelayed } =
    Attributes;
  return [
    ApproximateNumberOfMessages,
    ApproximateNumberOfMessagesNotVisible,
    ApproximateNumberOfMessagesDelayed,
  ].reduce((sum, count) => sum + Number(count), 0);
}
