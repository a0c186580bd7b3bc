import type { StandaloneRuntime } from '../../../../shared/runtime/standalone.ts';
import type { Members } from '../members.ts';
import { isQueueName } from '../queue-arn.ts';
import type { Service } from '../service.ts';
import { checkSame, describe, readAttributes } from './attributes.ts';
import { readBatch } from './batch.ts';
import { invalidValue, queueDoesNotExist, unsupported, wording } from './errors.ts';
import type { QueueBook } from './queue-book.ts';
import { QueueUrls } from './queue-urls.ts';
import { readReceipt } from './receipts.ts';
import { MAX_VISIBILITY, receiveMessage } from './receive.ts';
import { sendMessage, sendMessageBatch } from './send.ts';

export interface SqsOptions {
  readonly queue: StandaloneRuntime['queue'];
  readonly queues: QueueBook;
  /** Where clients reach the mesh: queue URLs begin with it. */
  readonly url: string;
}

/** Amazon SQS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html */
export function sqsService({ queue, queues, url }: SqsOptions): Service {
  const urls = new QueueUrls(queues, url);
  return {
    target: 'AmazonSQS',
    signingName: 'sqs',
    contentType: 'application/x-amz-json-1.0',
    queryCompatible: true,
    throttled: 'RequestThrottled',
    wording,
    operations: {
      async CreateQueue(input) {
        const name = queueName(input);
        const given = input.stringMap('Attributes');
        const asked = readAttributes(given, (each) => queues.get(each) !== undefined);
        checkSame(given, asked, await queues.create(name, asked));
        return { QueueUrl: urls.of(name) };
      },
      GetQueueUrl(input) {
        const name = input.requiredString('QueueName');
        if (queues.get(name) === undefined) throw queueDoesNotExist();
        return { QueueUrl: urls.of(name) };
      },
      async GetQueueAttributes(input) {
        const named = urls.queue(input);
        const names = input.strings('AttributeNames') ?? [];
        const Attributes = describe(names, named, await queue.depth(named.name));
        return Object.keys(Attributes).length > 0 ? { Attributes } : {};
      },
      SendMessage: sendMessage(queue, urls),
      SendMessageBatch: sendMessageBatch(queue, urls),
      ReceiveMessage: receiveMessage(queue, urls),
      async DeleteMessage(input) {
        const { name } = urls.queue(input);
        await queue.delete(name, [readReceipt(name, input.requiredString('ReceiptHandle'))]);
        return {};
      },
      async DeleteMessageBatch(input) {
        const { name } = urls.queue(input);
        const { entries, failed } = readBatch(input, (entry) =>
          readReceipt(name, entry.requiredString('ReceiptHandle')),
        );
        await queue.delete(
          name,
          entries.map(({ entry }) => entry),
        );
        return { Successful: entries.map(({ id }) => ({ Id: id })), ...(failed.length > 0 && { Failed: failed }) };
      },
      async ChangeMessageVisibility(input) {
        const { name } = urls.queue(input);
        const handle = readReceipt(name, input.requiredString('ReceiptHandle'));
        const timeout = input.integer('VisibilityTimeout', { from: 0, to: MAX_VISIBILITY });
        if (timeout === undefined) throw wording.missing('VisibilityTimeout');
        await queue.changeVisibility(name, handle, timeout);
        return {};
      },
    },
  };
}

function queueName(input: Members): string {
  const name = input.requiredString('QueueName');
  if (!isQueueName(name)) {
    throw invalidValue(
      'QueueName',
      name,
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
    );
  }
  if (name.endsWith('.fifo')) throw unsupported('FIFO queues');
  return name;
}
