import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import type { Clock } from '../../ports/clock.ts';
import { systemClock } from '../../ports/clock.ts';
import type {
  OutgoingMessage,
  Queue,
  QueueDepth,
  QueueSettings,
  ReceivedMessage,
  ReceiveOptions,
} from '../../ports/queue.ts';
import { batches } from '../batches.ts';
import { awsName, calling } from '../errors.ts';
import { type RetryPolicy, standardRetry } from '../retry.ts';
import { batchEntry, messageSize, receivedMessage, required, systemAttributes } from './message.ts';
import { untilTaken } from './until-taken.ts';
import { QueueUrls } from './urls.ts';

export interface AwsQueueOptions {
  readonly client: SQSClient;
  readonly clock?: Clock;
  readonly retry?: RetryPolicy;
}

/** What SQS takes in a call: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html */
const CALL = { count: 10, bytes: 1_048_576 };
/** Seconds of SQS's longest poll. */
const LONGEST_POLL = 20;

/** Queues on Amazon SQS. */
export class AwsQueue implements Queue {
  readonly #client: SQSClient;
  readonly #clock: Clock;
  readonly #retry: RetryPolicy;
  readonly #urls: QueueUrls;

  constructor({ client, clock = systemClock, retry = standardRetry }: AwsQueueOptions) {
    this.#client = client;
    this.#clock = clock;
    this.#retry = retry;
    this.#urls = new QueueUrls(client);
  }

  /** In a deployed stack the template makes the queues. The dead-letter queue has to be there. */
  async create(name: string, settings: QueueSettings): Promise<void> {
    const Attributes = {
      VisibilityTimeout: String(settings.visibilityTimeout),
      ...(await this.#redrivePolicy(settings)),
    };
    const call = { action: 'sqs:CreateQueue', resource: `the queue ${name}` };
    await calling(call, async () => {
      try {
        const { QueueUrl } = await this.#client.send(new CreateQueueCommand({ QueueName: name, Attributes }));
        if (QueueUrl !== undefined) this.#urls.know(name, QueueUrl);
      } catch (error) {
        // It is there with other settings.
        if (awsName(error) !== 'QueueNameExists' && awsName(error) !== 'QueueAlreadyExists') throw error;
        await this.#urls.use(name, 'sqs:SetQueueAttributes', (QueueUrl) =>
          this.#client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes })),
        );
      }
    });
  }

  async send(name: string, messages: readonly OutgoingMessage[]): Promise<readonly { readonly messageId: string }[]> {
    const sent: { messageId: string }[] = [];
    for (const batch of batches(messages, CALL, messageSize)) sent.push(...(await this.#sendBatch(name, batch)));
    return sent;
  }

  /**
   * An abort ends the wait at once. What SQS was about to hand over in that moment comes back after its visibility
   * timeout.
   */
  async receive(name: string, options: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    const { max, wait, visibilityTimeout, signal } = options;
    const until = this.#clock.now() + wait * 1000;
    for (;;) {
      if (signal?.aborted) return [];
      const left = Math.max(0, until - this.#clock.now()) / 1000;
      const messages = await this.#receiveOnce(name, {
        MaxNumberOfMessages: Math.min(max, 10),
        WaitTimeSeconds: Math.min(Math.ceil(left), LONGEST_POLL),
        ...(visibilityTimeout !== undefined && { VisibilityTimeout: visibilityTimeout }),
        ...(signal !== undefined && { signal }),
      });
      if (messages.length > 0 || this.#clock.now() >= until) return messages;
    }
  }

  async delete(name: string, receiptHandles: readonly string[]): Promise<void> {
    for (const batch of batches(receiptHandles, CALL, () => 0)) {
      const entries = batch.map((ReceiptHandle, index) => ({ Id: String(index), ReceiptHandle }));
      await this.#urls.use(name, 'sqs:DeleteMessage', (QueueUrl) =>
        untilTaken(entries, this.#retry, async (Entries) => {
          const { Failed = [] } = await this.#client.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
          return Failed.filter(({ Code }) => !isSpent(Code));
        }),
      );
    }
  }

  async changeVisibility(name: string, receiptHandle: string, timeout: number): Promise<void> {
    await this.#urls.use(name, 'sqs:ChangeMessageVisibility', async (QueueUrl) => {
      const input = { QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: timeout };
      try {
        await this.#client.send(new ChangeMessageVisibilityCommand(input));
      } catch (error) {
        if (!isSpent(awsName(error), error)) throw error;
      }
    });
  }

  async depth(name: string): Promise<QueueDepth> {
    const { Attributes = {} } = await this.#urls.use(name, 'sqs:GetQueueAttributes', (QueueUrl) =>
      this.#client.send(
        new GetQueueAttributesCommand({
          QueueUrl,
          AttributeNames: [
            'ApproximateNumberOfMessages',
            'ApproximateNumberOfMessagesNotVisible',
            'ApproximateNumberOfMessagesDelayed',
          ],
        }),
      ),
    );
    return {
      visible: Number(Attributes.ApproximateNumberOfMessages),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
      delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed),
    };
  }

  async #sendBatch(name: string, messages: readonly OutgoingMessage[]): Promise<{ messageId: string }[]> {
    const ids = new Map<string | undefined, string | undefined>();
    const entries = messages.map(batchEntry);
    await this.#urls.use(name, 'sqs:SendMessage', (QueueUrl) =>
      untilTaken(entries, this.#retry, async (Entries) => {
        const { Successful = [], Failed = [] } = await this.#client.send(
          new SendMessageBatchCommand({ QueueUrl, Entries }),
        );
        for (const { Id, MessageId } of Successful) ids.set(Id, MessageId);
        return Failed;
      }),
    );
    return entries.map(({ Id }) => ({ messageId: required(ids.get(Id)) }));
  }

  async #receiveOnce(
    name: string,
    {
      signal,
      ...input
    }: { MaxNumberOfMessages: number; WaitTimeSeconds: number; VisibilityTimeout?: number; signal?: AbortSignal },
  ): Promise<readonly ReceivedMessage[]> {
    const messages = await this.#urls.use(name, 'sqs:ReceiveMessage', async (QueueUrl): Promise<Message[]> => {
      const command = new ReceiveMessageCommand({
        ...input,
        QueueUrl,
        MessageSystemAttributeNames: [...systemAttributes],
        MessageAttributeNames: ['All'],
      });
      try {
        const { Messages = [] } = await this.#client.send(command, signal === undefined ? {} : { abortSignal: signal });
        return Messages;
      } catch (error) {
        if (signal?.aborted) return [];
        throw error;
      }
    });
    return messages.map(receivedMessage);
  }

  async #redrivePolicy({ maxReceiveCount, deadLetterQueue }: QueueSettings): Promise<Record<string, string>> {
    if (maxReceiveCount === undefined || deadLetterQueue === undefined) return {};
    const { Attributes = {} } = await this.#urls.use(deadLetterQueue, 'sqs:GetQueueAttributes', (QueueUrl) =>
      this.#client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['QueueArn'] })),
    );
    return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes.QueueArn, maxReceiveCount }) };
  }
}

/** The receipt handle is of an earlier receive, or its message is gone: as the port has it, nothing happens then. */
function isSpent(code: string | undefined, error?: unknown): boolean {
  if (code === 'ReceiptHandleIsInvalid' || code === 'MessageNotInflight') return true;
  return code === 'InvalidParameterValue' && error instanceof Error && error.message.includes('ReceiptHandle');
}
