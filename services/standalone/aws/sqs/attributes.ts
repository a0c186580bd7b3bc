import type { QueueDepth } from '../../../../shared/ports/queue.ts';
import { isQueueArn, queueArn, queueOf } from '../queue-arn.ts';
import { invalidAttributeName, invalidValue, queueNameExists, unsupported } from './errors.ts';
import type { QueueAttributes } from './queue-book.ts';
import type { NamedQueue } from './queue-urls.ts';

/** Bytes of a message, with its attributes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const MAX_MESSAGE = 1024 * 1024;

/** Attributes of CreateQueue that are numbers, with SQS's bounds and defaults. */
const numbers = {
  VisibilityTimeout: { from: 0, to: 43_200, otherwise: 30 },
  DelaySeconds: { from: 0, to: 900, otherwise: 0 },
  ReceiveMessageWaitTimeSeconds: { from: 0, to: 20, otherwise: 0 },
} as const;

/** Names that AWS knows and a queue of the mesh has no value for. */
const known = new Set([
  'Policy',
  'MessageRetentionPeriod',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
]);

type Given = Readonly<Record<string, string>>;

/** Reads the attributes of CreateQueue. @throws ServiceError */
export function readAttributes(given: Given, exists: (queue: string) => boolean): QueueAttributes {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(numbers, name) || name === 'RedrivePolicy') continue;
    throw known.has(name) ? unsupported(`the attribute ${name} of a queue`) : invalidAttributeName(name);
  }
  return {
    visibilityTimeout: readNumber(given, 'VisibilityTimeout'),
    delay: readNumber(given, 'DelaySeconds'),
    wait: readNumber(given, 'ReceiveMessageWaitTimeSeconds'),
    ...(given.RedrivePolicy !== undefined && readRedrivePolicy(given.RedrivePolicy, exists)),
  };
}

/** As SQS, it compares what was given and no defaults. @throws ServiceError with the code QueueNameExists */
export function checkSame(given: Given, asked: QueueAttributes, there: QueueAttributes): void {
  const same: Record<string, boolean> = {
    VisibilityTimeout: asked.visibilityTimeout === there.visibilityTimeout,
    DelaySeconds: asked.delay === there.delay,
    ReceiveMessageWaitTimeSeconds: asked.wait === there.wait,
    RedrivePolicy: asked.maxReceiveCount === there.maxReceiveCount && asked.deadLetterQueue === there.deadLetterQueue,
  };
  for (const name of Object.keys(given)) if (!same[name]) throw queueNameExists(name);
}

/** What GetQueueAttributes answers; each as text. @throws ServiceError */
export function describe(names: readonly string[], { name, attributes }: NamedQueue, depth: QueueDepth): Given {
  const { maxReceiveCount, deadLetterQueue } = attributes;
  const all: Record<string, string> = {
    QueueArn: queueArn(name),
    ApproximateNumberOfMessages: String(depth.visible),
    ApproximateNumberOfMessagesNotVisible: String(depth.inFlight),
    ApproximateNumberOfMessagesDelayed: String(depth.delayed),
    VisibilityTimeout: String(attributes.visibilityTimeout),
    DelaySeconds: String(attributes.delay),
    ReceiveMessageWaitTimeSeconds: String(attributes.wait),
    MaximumMessageSize: String(MAX_MESSAGE),
    ...(deadLetterQueue !== undefined && {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn(deadLetterQueue), maxReceiveCount }),
    }),
  };
  if (names.includes('All')) return all;
  const unknown = names.find((each) => !Object.hasOwn(all, each) && !known.has(each) && each !== 'RedrivePolicy');
  if (unknown !== undefined) throw invalidAttributeName(unknown);
  return Object.fromEntries(Object.entries(all).filter(([each]) => names.includes(each)));
}

function readNumber(given: Given, name: keyof typeof numbers): number {
  const text = given[name];
  const { from, to, otherwise } = numbers[name];
  if (text === undefined) return otherwise;
  const value = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= from && value <= to)) throw invalidValue(name, text, `Must be between ${from} and ${to}.`);
  return value;
}

function readRedrivePolicy(
  text: string,
  exists: (queue: string) => boolean,
): Required<Pick<QueueAttributes, 'maxReceiveCount' | 'deadLetterQueue'>> {
  const { deadLetterTargetArn, maxReceiveCount } = parseObject(text);
  const count = Number(maxReceiveCount);
  if (typeof deadLetterTargetArn !== 'string' || !(Number.isInteger(count) && count >= 1 && count <= 1000)) {
    throw invalidValue('RedrivePolicy', text, 'It takes deadLetterTargetArn and maxReceiveCount, from 1 to 1000.');
  }
  if (!isQueueArn(deadLetterTargetArn) || !exists(queueOf(deadLetterTargetArn))) {
    throw invalidValue('RedrivePolicy', text, 'Dead letter target does not exist.');
  }
  return { maxReceiveCount: count, deadLetterQueue: queueOf(deadLetterTargetArn) };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(text) };
  } catch {
    throw invalidValue('RedrivePolicy', text, 'It must be JSON.');
  }
}
