import {
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { QueueControl, QueueSettings } from '#shared/ports/control-plane.ts';
import type { OutgoingMessage, Queue, ReceiveOptions } from '#shared/ports/queue.ts';

/** A queue port that remembers which queues it made, so that they can be deleted. */
export class RememberingQueue implements Queue, QueueControl {
  readonly #queue: Queue & QueueControl;
  readonly #client: SQSClient;
  readonly #made = new Set<string>();

  constructor(queue: Queue & QueueControl, client: SQSClient) {
    this.#queue = queue;
    this.#client = client;
  }

  /** The queue takes what rules of its account send: in a deployed stack that is the template's doing. */
  async create(name: string, settings: QueueSettings): Promise<void> {
    await this.#queue.create(name, settings);
    this.#made.add(name);
    const { QueueUrl } = await this.#client.send(new GetQueueUrlCommand({ QueueName: name }));
    const { Attributes = {} } = await this.#client.send(
      new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] }),
    );
    const Policy = JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: { Service: 'events.amazonaws.com' },
          Action: 'sqs:SendMessage',
          Resource: Attributes.QueueArn,
          Condition: { StringEquals: { 'aws:SourceAccount': Attributes.QueueArn?.split(':')[4] } },
        },
      ],
    });
    await this.#client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  }

  send(name: string, messages: readonly OutgoingMessage[]) {
    return this.#queue.send(name, messages);
  }

  receive(name: string, options: ReceiveOptions) {
    return this.#queue.receive(name, options);
  }

  delete(name: string, receiptHandles: readonly string[]) {
    return this.#queue.delete(name, receiptHandles);
  }

  changeVisibility(name: string, receiptHandle: string, timeout: number) {
    return this.#queue.changeVisibility(name, receiptHandle, timeout);
  }

  depth(name: string) {
    return this.#queue.depth(name);
  }

  async deleteQueues(): Promise<void> {
    await Promise.all(
      [...this.#made].map(async (name) => {
        const { QueueUrl } = await this.#client.send(new GetQueueUrlCommand({ QueueName: name }));
        await this.#client.send(new DeleteQueueCommand({ QueueUrl }));
      }),
    );
    this.#made.clear();
  }
}
