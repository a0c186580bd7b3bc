import type { QueueDepth } from '#shared/ports/queue.ts';
import { queueArn } from '../identity.ts';
import { limits } from '../reference/limits.ts';
import { type QueueAttribute, type QueueAttributeName, queueAttributes } from '../reference/queue-attributes.ts';
import { invalidAttributeName, invalidAttributeValue, queueNameExists, unsupported } from './errors.ts';
import { describeFifo, readFifo } from './fifo-attributes.ts';
import type { QueueAttributes } from './queue-store.ts';
import type { NamedQueue } from './queue-urls.ts';
import { describeRedrivePolicy, readRedrivePolicy } from './redrive-policy.ts';

const { messageBytes } = limits.sqs;

type Given = Readonly<Record<string, string>>;
type Exists = (queue: string) => boolean;

/** Reads the attributes of CreateQueue. @throws ServiceError */
export function readAttributes(queue: string, given: Given, exists: Exists): QueueAttributes {
  for (const [name, value] of Object.entries(given)) checkSettable(name, value, 'create');
  return attributesOf(queue, given, exists);
}

/** The attributes of a queue after SetQueueAttributes. @throws ServiceError */
export function changeAttributes({ name, attributes }: NamedQueue, given: Given, exists: Exists): QueueAttributes {
  for (const [attribute, value] of Object.entries(given)) checkSettable(attribute, value, 'always');
  const { createdAt, deadLetterQueue } = attributes;
  // The dead-letter queue may be deleted by now. Only a new policy must name a queue that exists.
  const isKept = (queue: string) => given.RedrivePolicy === undefined && queue === deadLetterQueue;
  const { FifoQueue, ...before } = describeSettable(attributes);
  const isFifo = FifoQueue === undefined ? {} : { FifoQueue };
  return {
    ...attributesOf(name, { ...before, ...given, ...isFifo }, (queue) => isKept(queue) || exists(queue)),
    ...(createdAt !== undefined && { createdAt }),
  };
}

/** Compares only the given attributes, as SQS does: no defaults. @throws ServiceError with the code QueueNameExists */
export function checkSame(given: Given, asked: QueueAttributes, there: QueueAttributes): void {
  const [askedTexts, thereTexts] = [describeSettable(asked), describeSettable(there)];
  for (const name of Object.keys(given)) if (askedTexts[name] !== thereTexts[name]) throw queueNameExists(name);
}

/**
 * The answer of GetQueueAttributes. Each value is a text.
 *
 * @param since when the mesh created the queues of serverless.yml, in milliseconds since 1970
 * @throws ServiceError
 */
export function describe(
  names: readonly string[],
  { name, attributes }: NamedQueue,
  { depth, since }: { readonly depth: QueueDepth; readonly since: number },
): Given {
  const unknown = names.find((each) => each !== 'All' && !Object.hasOwn(queueAttributes, each));
  if (unknown !== undefined) throw invalidAttributeName(unknown);
  const created = attributes.createdAt ?? Math.floor(since / 1000);
  const all: Given = {
    QueueArn: queueArn(name),
    ApproximateNumberOfMessages: String(depth.visible),
    ApproximateNumberOfMessagesNotVisible: String(depth.inFlight),
    ApproximateNumberOfMessagesDelayed: String(depth.delayed),
    CreatedTimestamp: String(created),
    LastModifiedTimestamp: String(attributes.changedAt ?? created),
    ...describeSettable(attributes),
  };
  if (names.includes('All')) return all;
  return Object.fromEntries(Object.entries(all).filter(([each]) => names.includes(each)));
}

function attributesOf(queue: string, given: Given, exists: Exists): QueueAttributes {
  const delay = readNumber(given, 'DelaySeconds');
  const fifo = readFifo(queue, given);
  return {
    visibilityTimeout: readNumber(given, 'VisibilityTimeout'),
    delay,
    wait: readNumber(given, 'ReceiveMessageWaitTimeSeconds'),
    retention: readNumber(given, 'MessageRetentionPeriod'),
    maxMessageBytes: readNumber(given, 'MaximumMessageSize'),
    ...(fifo !== undefined && { fifo: { ...fifo, delay } }),
    // An empty policy removes the policy.
    ...(given.RedrivePolicy && readRedrivePolicy(queue, given.RedrivePolicy, exists)),
  };
}

/** The attributes that clients may set, and `FifoQueue`. */
function describeSettable(attributes: QueueAttributes): Given {
  const { maxMessageBytes = messageBytes, retention = queueAttributes.MessageRetentionPeriod.default } = attributes;
  return {
    VisibilityTimeout: String(attributes.visibilityTimeout),
    DelaySeconds: String(attributes.delay),
    ReceiveMessageWaitTimeSeconds: String(attributes.wait),
    MessageRetentionPeriod: String(retention),
    MaximumMessageSize: String(maxMessageBytes),
    SqsManagedSseEnabled: queueAttributes.SqsManagedSseEnabled.default,
    ...describeFifo(attributes.fifo),
    ...describeRedrivePolicy(attributes),
  };
}

/** @throws ServiceError when clients may not set the attribute with this operation, or the mesh has only one value of it */
function checkSettable(name: string, value: string, operation: 'create' | 'always'): void {
  const attribute: QueueAttribute | undefined = Object.hasOwn(queueAttributes, name)
    ? queueAttributes[name as QueueAttributeName]
    : undefined;
  const isSettable = attribute?.set === 'always' || attribute?.set === operation;
  if (attribute === undefined || !isSettable) throw invalidAttributeName(name);
  if (attribute.support !== 'refused' || value === '' || value === attribute.default) return;
  throw unsupported(`this value of the queue attribute ${name}`, 'Leave the attribute out.');
}

function readNumber(given: Given, name: NumericAttribute): number {
  const { min, max, default: otherwise } = queueAttributes[name];
  const text = given[name] ?? otherwise;
  const value = /^\d{1,7}$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= min && value <= max)) throw invalidAttributeValue(name);
  return value;
}

type NumericAttribute =
  | 'VisibilityTimeout'
  | 'DelaySeconds'
  | 'ReceiveMessageWaitTimeSeconds'
  | 'MessageRetentionPeriod'
  | 'MaximumMessageSize';
