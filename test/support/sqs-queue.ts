import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  type CreateQueueCommandInput,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
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
  const QueueName = `queue-${++made}${Attributes?.FifoQueue === 'true' ? '.fifo' : ''}`;
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

/** A FIFO queue of a name of its own, and what one does with it. */
export async function newFifoQueue(clients: Clients, attributes: CreateQueueCommandInput['Attributes'] = {}) {
  const queue = await newQueue(clients, { FifoQueue: 'true', ...attributes });
  const { QueueUrl } = queue;
  return {
    ...queue,
    /** Sends `a1` to the group a. */
    sendTo: (body: string) =>
      queue.send(body, { MessageGroupId: body.charAt(0), MessageDeduplicationId: `${body}-once` }),
    async bodies(more: Parameters<typeof queue.receive>[0] = {}) {
      return (await queue.receive(more)).map(({ Body }) => Body);
    },
    delete: (message: Message | undefined) =>
      clients.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle })),
    change: (message: Message | undefined, VisibilityTimeout: number) =>
      clients.sqs.send(
        new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout }),
      ),
  };
}
