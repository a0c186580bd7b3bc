import { isFifo } from '#shared/ports/fifo.ts';
import type { QueueDepth } from '#shared/ports/queue.ts';
import { isQueueArn, queueArn, queueOf } from '../identity.ts';
import { invalidAttributeName, invalidValue, queueNameExists, unsupported } from './errors.ts';
import { describeFifo, fifoAttributes, readFifo } from './fifo-attributes.ts';
import type { QueueAttributes } from './queue-store.ts';
import type { NamedQueue } from './queue-urls.ts';

/** The largest message in bytes, with its attributes: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html */
export const MAX_MESSAGE = 1024 * 1024;

/** The numeric attributes of CreateQueue, with SQS's bounds and defaults. */
const numbers = {
  VisibilityTimeout: { from: 0, to: 43_200, otherwise: 30 },
  DelaySeconds: { from: 0, to: 900, otherwise: 0 },
  ReceiveMessageWaitTimeSeconds: { from: 0, to: 20, otherwise: 0 },
  MessageRetentionPeriod: { from: 60, to: 1_209_600, otherwise: 345_600 },
} as const;

/** Attributes that AWS has and a queue of the mesh does not have. */
const known = new Set([
  'Policy',
  'CreatedTimestamp',
  'LastModifiedTimestamp',
  'RedriveAllowPolicy',
  'KmsMasterKeyId',
  'KmsDataKeyReusePeriodSeconds',
  'SqsManagedSseEnabled',
]);

type Given = Readonly<Record<string, string>>;

/** Reads the attributes of CreateQueue. @throws ServiceError */
export function readAttributes(queue: string, given: Given, exists: (queue: string) => boolean): QueueAttributes {
  for (const name of Object.keys(given)) {
    if (Object.hasOwn(numbers, name) || fifoAttributes.has(name) || name === 'RedrivePolicy') continue;
    throw known.has(name) ? unsupported(`the attribute ${name} of a queue`) : invalidAttributeName(name);
  }
  const delay = readNumber(given, 'DelaySeconds');
  const fifo = readFifo(queue, given);
  return {
    visibilityTimeout: readNumber(given, 'VisibilityTimeout'),
    delay,
    wait: readNumber(given, 'ReceiveMessageWaitTimeSeconds'),
    retention: readNumber(given, 'MessageRetentionPeriod'),
    ...(fifo !== undefined && { fifo: { ...fifo, delay } }),
    ...(given.RedrivePolicy !== undefined && readRedrivePolicy(queue, given.RedrivePolicy, exists)),
  };
}

/** Compares only the given attributes, as SQS does: no defaults. @throws ServiceError with the code QueueNameExists */
export function checkSame(given: Given, asked: QueueAttributes, there: QueueAttributes): void {
  const same: Record<string, boolean> = {
    VisibilityTimeout: asked.visibilityTimeout === there.visibilityTimeout,
    DelaySeconds: asked.delay === there.delay,
    ReceiveMessageWaitTimeSeconds: asked.wait === there.wait,
    MessageRetentionPeriod: asked.retention === retentionOf(there),
    RedrivePolicy: asked.maxReceiveCount === there.maxReceiveCount && asked.deadLetterQueue === there.deadLetterQueue,
  };
  const [askedFifo, thereFifo] = [describeFifo(asked.fifo), describeFifo(there.fifo)];
  for (const name of fifoAttributes) same[name] = askedFifo[name] === thereFifo[name];
  // Attributes that follow from the queue's name, or that have only one value, cannot differ.
  for (const name of Object.keys(given)) if (same[name] === false) throw queueNameExists(name);
}

/** The answer of GetQueueAttributes. Each value is a text. @throws ServiceError */
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
    MessageRetentionPeriod: String(retentionOf(attributes)),
    MaximumMessageSize: String(MAX_MESSAGE),
    ...describeFifo(attributes.fifo),
    ...(deadLetterQueue !== undefined && {
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: queueArn(deadLetterQueue), maxReceiveCount }),
    }),
  };
  if (names.includes('All')) return all;
  const may = (each: string) => known.has(each) || fifoAttributes.has(each) || each === 'RedrivePolicy';
  const unknown = names.find((each) => !Object.hasOwn(all, each) && !may(each));
  if (unknown !== undefined) throw invalidAttributeName(unknown);
  return Object.fromEntries(Object.entries(all).filter(([each]) => names.includes(each)));
}

function retentionOf({ retention = numbers.MessageRetentionPeriod.otherwise }: QueueAttributes): number {
  return retention;
}

function readNumber(given: Given, name: keyof typeof numbers): number {
  const text = given[name];
  const { from, to, otherwise } = numbers[name];
  if (text === undefined) return otherwise;
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= from && value <= to)) throw invalidValue(name, text, `Must be between ${from} and ${to}.`);
  return value;
}

function readRedrivePolicy(
  queue: string,
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
  const deadLetterQueue = queueOf(deadLetterTargetArn);
  if (isFifo(deadLetterQueue) !== isFifo(queue)) {
    throw invalidValue('RedrivePolicy', text, 'Dead-letter queue must be same type of queue as the source.');
  }
  return { maxReceiveCount: count, deadLetterQueue };
}

function parseObject(text: string): Record<string, unknown> {
  try {
    return { ...JSON.parse(text) };
  } catch {
    throw invalidValue('RedrivePolicy', text, 'It must be JSON.');
  }
}
