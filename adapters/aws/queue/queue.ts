import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  type QueueAttributeName,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { messageOf } from '#shared/errors.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { systemClock } from '#shared/ports/clock.ts';
import type { QueueControl, QueueSettings } from '#shared/ports/control-plane.ts';
import { checkKind, checkMessage, isFifo, missingDeduplicationId } from '#shared/ports/fifo.ts';
import type {
  OutgoingMessage,
  Queue,
  QueueDepth,
  ReceivedMessage,
  ReceiveOptions,
  SentMessage,
} from '#shared/ports/queue.ts';
import { batches } from '../batches.ts';
import { awsName, calling } from '../errors.ts';
import { type RetryPolicy, standardRetry } from '../retry.ts';
import { batchEntry, fifoAttributes, messageSize, receivedMessage, required, systemAttributes } from './message.ts';
import { untilTaken } from './until-taken.ts';
import { QueueUrls } from './urls.ts';

export interface AwsQueueOptions {
  readonly client: SQSClient;
  readonly clock?: Clock;
  readonly retry?: RetryPolicy;
}

/**
 * The limits of one call:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html
 */
const CALL = { count: 10, bytes: 1_048_576 };
/** Seconds. SQS allows no longer poll. */
const LONGEST_POLL = 20;

/** Queues on Amazon SQS. */
export class AwsQueue implements Queue, QueueControl {
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

  /** In a deployed stack the template makes the queues. The dead-letter queue must exist before. */
  async create(name: string, settings: QueueSettings): Promise<void> {
    checkKind(name, settings);
    const { fifo, retention } = settings;
    const Attributes = {
      VisibilityTimeout: String(settings.visibilityTimeout),
      ...(retention !== undefined && { MessageRetentionPeriod: String(retention) }),
      ...(await this.#redrivePolicy(settings)),
      ...(fifo && {
        ContentBasedDeduplication: String(fifo.contentBasedDeduplication),
        DelaySeconds: String(fifo.delay ?? 0),
        DeduplicationScope: fifo.deduplicationScope ?? 'queue',
        FifoThroughputLimit: fifo.throughputLimit ?? 'perQueue',
      }),
    };
    const call = { action: 'sqs:CreateQueue', resource: `the queue ${name}` };
    await calling(call, async () => {
      try {
        // A queue is FIFO from its creation. SetQueueAttributes cannot change that.
        const created = { ...Attributes, ...(fifo && { FifoQueue: 'true' }) };
        const { QueueUrl } = await this.#client.send(new CreateQueueCommand({ QueueName: name, Attributes: created }));
        if (QueueUrl !== undefined) this.#urls.know(name, QueueUrl);
      } catch (error) {
        // The queue exists with other settings.
        if (awsName(error) !== 'QueueNameExists' && awsName(error) !== 'QueueAlreadyExists') throw error;
        await this.#urls.use(name, 'sqs:SetQueueAttributes', (QueueUrl) =>
          this.#client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes })),
        );
      }
    });
  }

  async send(name: string, messages: readonly OutgoingMessage[]): Promise<readonly SentMessage[]> {
    for (const message of messages) checkMessage(name, message);
    if (isFifo(name)) await this.#checkDeduplication(name, messages);
    // SQS may accept only some messages of a call. A message that needs a second try must stay before the next one of
    // its group.
    const keyOf = isFifo(name) ? ({ groupId }: OutgoingMessage) => groupId : undefined;
    const sent: SentMessage[] = [];
    for (const batch of batches(messages, CALL, messageSize, keyOf)) sent.push(...(await this.#sendBatch(name, batch)));
    return sent;
  }

  /**
   * An abort ends the wait at once. SQS may be returning messages at that moment. They come back after their visibility
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
          return Failed.filter(({ Code, Message }) => !isSpent(Code, Message));
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
        if (!isSpent(awsName(error), messageOf(error))) throw error;
      }
    });
  }

  async depth(name: string): Promise<QueueDepth> {
    const attributes = await this.#attributes(name, [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ]);
    return {
      visible: Number(attributes.ApproximateNumberOfMessages),
      inFlight: Number(attributes.ApproximateNumberOfMessagesNotVisible),
      delayed: Number(attributes.ApproximateNumberOfMessagesDelayed),
    };
  }

  /** SQS itself would refuse only the message's own call. The messages of earlier calls would be sent by then. */
  async #checkDeduplication(name: string, messages: readonly OutgoingMessage[]): Promise<void> {
    if (messages.every(({ deduplicationId }) => deduplicationId !== undefined)) return;
    const { ContentBasedDeduplication } = await this.#attributes(name, ['ContentBasedDeduplication']);
    if (ContentBasedDeduplication !== 'true') throw missingDeduplicationId(name);
  }

  async #attributes(name: string, AttributeNames: QueueAttributeName[]): Promise<Record<string, string>> {
    const { Attributes = {} } = await this.#urls.use(name, 'sqs:GetQueueAttributes', (QueueUrl) =>
      this.#client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames })),
    );
    return Attributes;
  }

  async #sendBatch(name: string, messages: readonly OutgoingMessage[]): Promise<SentMessage[]> {
    const taken = new Map<string | undefined, SentMessage>();
    const entries = messages.map(batchEntry);
    await this.#urls.use(name, 'sqs:SendMessage', (QueueUrl) =>
      untilTaken(entries, this.#retry, async (Entries) => {
        const command = new SendMessageBatchCommand({ QueueUrl, Entries });
        const { Successful = [], Failed = [] } = await this.#client.send(command);
        for (const { Id, MessageId, SequenceNumber: sequenceNumber } of Successful) {
          taken.set(Id, { messageId: required(MessageId), ...(sequenceNumber !== undefined && { sequenceNumber }) });
        }
        return Failed;
      }),
    );
    return entries.map(({ Id }) => taken.get(Id) ?? notTaken());
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
        MessageSystemAttributeNames: isFifo(name) ? [...systemAttributes, ...fifoAttributes] : [...systemAttributes],
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
    const { QueueArn } = await this.#attributes(deadLetterQueue, ['QueueArn']);
    return { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: QueueArn, maxReceiveCount }) };
  }
}

/** The receipt handle is from an earlier receive, or its message is gone. The port says that nothing happens then. */
function isSpent(code: string | undefined, message = ''): boolean {
  if (code === 'ReceiptHandleIsInvalid' || code === 'MessageNotInflight') return true;
  return code === 'InvalidParameterValue' && message.includes('ReceiptHandle');
}

function notTaken(): never {
  throw new Error('SQS left out a part of its answer');
}
