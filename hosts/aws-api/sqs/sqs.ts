import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { isQueueName } from '../identity.ts';
import type { InputReader } from '../input-reader.ts';
import type { Service } from '../service.ts';
import { checkSame, describe, readAttributes } from './attributes.ts';
import { invalidValue, queueDoesNotExist, validationMessages } from './errors.ts';
import { changeMessageVisibility, deleteMessage, deleteMessageBatch } from './in-flight.ts';
import type { QueueStore } from './queue-store.ts';
import { QueueUrls } from './queue-urls.ts';
import { receiveMessage } from './receive.ts';
import { sendMessage, sendMessageBatch } from './send.ts';

export interface SqsOptions {
  readonly queue: StandaloneRuntime['queue'];
  readonly queues: QueueStore;
  /** The URL at which clients reach the mesh. Queue URLs begin with it. */
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
    validationMessages,
    operations: {
      async CreateQueue(input) {
        const name = queueName(input);
        const given = input.stringMap('Attributes');
        const asked = readAttributes(name, given, (each) => queues.get(each) !== undefined);
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
      DeleteMessage: deleteMessage(queue, urls),
      DeleteMessageBatch: deleteMessageBatch(queue, urls),
      ChangeMessageVisibility: changeMessageVisibility(queue, urls),
    },
  };
}

function queueName(input: InputReader): string {
  const name = input.requiredString('QueueName');
  if (!isQueueName(name)) {
    throw invalidValue(
      'QueueName',
      name,
      'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length.',
    );
  }
  return name;
}
