import {
  CreateQueueCommand,
  type CreateQueueCommandInput,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  type SendMessageCommandInput,
} from '@aws-sdk/client-sqs';
import type { awsClients } from './aws-clients.ts';

type Clients = Pick<Awaited<ReturnType<typeof awsClients>>, 'sqs'>;

let made = 0;
/** A queue of a name of its own, and what one does with it. */
export async function newQueue({ sqs }: Clients, Attributes: CreateQueueCommandInput['Attributes'] = {}) {
  const QueueName = `queue-${++made}`;
  const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
  return {
    QueueName,
    QueueUrl,
    send: (MessageBody: string, more: Partial<SendMessageCommandInput> = {}) =>
      sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, ...more })),
    async receive(more: Partial<ReceiveMessageCommandInput> = {}) {
      const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 0, MaxNumberOfMessages: 10, ...more });
      return (await sqs.send(command)).Messages ?? [];
    },
    async attributes() {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] });
      return (await sqs.send(command)).Attributes ?? {};
    },
  };
}
