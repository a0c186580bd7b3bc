import type { DeduplicationScope, FifoSettings, ThroughputLimit } from '#shared/ports/control-plane.ts';
import { isFifo } from '#shared/ports/fifo.ts';
import { invalidAttributeName, invalidAttributeValue, invalidValue } from './errors.ts';

/** The attributes that only FIFO queues have. */
export const fifoAttributes: ReadonlySet<string> = new Set([
  'FifoQueue',
  'ContentBasedDeduplication',
  'DeduplicationScope',
  'FifoThroughputLimit',
]);

const scopes: readonly DeduplicationScope[] = ['queue', 'messageGroup'];
const limits: readonly ThroughputLimit[] = ['perQueue', 'perMessageGroupId'];

type Given = Readonly<Record<string, string>>;

/** Reads the attributes of a FIFO queue. Returns undefined for a standard queue. @throws ServiceError */
export function readFifo(queue: string, given: Given): FifoSettings | undefined {
  if (given.FifoQueue !== 'true') {
    // SQS also refuses FifoQueue=false.
    const [name] = Object.keys(given).filter((each) => fifoAttributes.has(each));
    if (name !== undefined) throw invalidAttributeName(name);
    if (isFifo(queue)) throw wrongName(queue, 'Can only include alphanumeric characters, hyphens, or underscores.');
    return undefined;
  }
  if (!isFifo(queue)) throw wrongName(queue, 'The name of a FIFO queue must end with the .fifo suffix.');
  const { ContentBasedDeduplication: content = 'false' } = given;
  if (content !== 'true' && content !== 'false') throw invalidAttributeValue('ContentBasedDeduplication');
  const deduplicationScope = readOneOf(given, 'DeduplicationScope', scopes);
  const throughputLimit = readOneOf(given, 'FifoThroughputLimit', limits);
  // https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html
  if (throughputLimit === 'perMessageGroupId' && deduplicationScope !== 'messageGroup') {
    throw invalidAttributeValue('FifoThroughputLimit');
  }
  return { contentBasedDeduplication: content === 'true', deduplicationScope, throughputLimit };
}

/** The FIFO attributes in the answer of GetQueueAttributes. */
export function describeFifo(fifo: FifoSettings | undefined): Given {
  if (fifo === undefined) return {};
  const { contentBasedDeduplication, deduplicationScope = 'queue', throughputLimit = 'perQueue' } = fifo;
  return {
    FifoQueue: 'true',
    ContentBasedDeduplication: String(contentBasedDeduplication),
    DeduplicationScope: deduplicationScope,
    FifoThroughputLimit: throughputLimit,
  };
}

/** The first value is the default. */
function readOneOf<Value extends string>(given: Given, name: string, values: readonly Value[]): Value {
  const value = values.find((each) => each === (given[name] ?? values[0]));
  if (value === undefined) throw invalidAttributeValue(name);
  return value;
}

function wrongName(queue: string, reason: string) {
  return invalidValue('QueueName', queue, reason);
}
