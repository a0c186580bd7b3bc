import type { FifoSettings } from '#shared/ports/control-plane.ts';
import { isFifo } from '#shared/ports/fifo.ts';
import { queueAttributes } from '../reference/queue-attributes.ts';
import { invalidAttributeName, invalidAttributeValue, invalidValue } from './errors.ts';

/** The attributes that only FIFO queues have. */
const fifoAttributes = Object.entries(queueAttributes)
  .filter(([, attribute]) => 'fifo' in attribute)
  .map(([name]) => name);

type Given = Readonly<Record<string, string>>;

/** Reads the attributes of a FIFO queue. Returns undefined for a standard queue. @throws ServiceError */
export function readFifo(queue: string, given: Given): FifoSettings | undefined {
  if (given.FifoQueue !== 'true') {
    // SQS also refuses FifoQueue=false.
    const name = fifoAttributes.find((each) => given[each] !== undefined);
    if (name !== undefined) throw invalidAttributeName(name);
    if (isFifo(queue)) throw wrongName(queue, 'Can only include alphanumeric characters, hyphens, or underscores.');
    return undefined;
  }
  if (!isFifo(queue)) throw wrongName(queue, 'The name of a FIFO queue must end with the .fifo suffix.');
  const content = readOneOf(given, 'ContentBasedDeduplication');
  const deduplicationScope = readOneOf(given, 'DeduplicationScope');
  const throughputLimit = readOneOf(given, 'FifoThroughputLimit');
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
  if (throughputLimit === 'perMessageGroupId' && deduplicationScope !== 'messageGroup') {
    throw invalidAttributeValue('FifoThroughputLimit');
  }
  return { contentBasedDeduplication: content === 'true', deduplicationScope, throughputLimit };
}

/** The FIFO attributes in the answer of GetQueueAttributes. */
export function describeFifo(fifo: FifoSettings | undefined): Given {
  if (fifo === undefined) return {};
  const {
    contentBasedDeduplication,
    deduplicationScope = queueAttributes.DeduplicationScope.default,
    throughputLimit = queueAttributes.FifoThroughputLimit.default,
  } = fifo;
  return {
    FifoQueue: 'true',
    ContentBasedDeduplication: String(contentBasedDeduplication),
    DeduplicationScope: deduplicationScope,
    FifoThroughputLimit: throughputLimit,
  };
}

type Choice = 'ContentBasedDeduplication' | 'DeduplicationScope' | 'FifoThroughputLimit';

function readOneOf<Name extends Choice>(given: Given, name: Name): (typeof queueAttributes)[Name]['values'][number] {
  const { values, default: otherwise } = queueAttributes[name];
  const value = values.find((each) => each === (given[name] ?? otherwise));
  if (value === undefined) throw invalidAttributeValue(name);
  return value;
}

function wrongName(queue: string, reason: string) {
  return invalidValue('QueueName', queue, reason);
}
