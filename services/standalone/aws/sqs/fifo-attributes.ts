import { isFifo } from '../../../../shared/ports/fifo.ts';
import type { FifoSettings } from '../../../../shared/ports/queue.ts';
import { invalidAttributeName, invalidAttributeValue, invalidValue, unsupported } from './errors.ts';

/** What a queue of the mesh has the default of, and nothing else. */
const fixed = { DeduplicationScope: 'queue', FifoThroughputLimit: 'perQueue' } as const;

/** Names of attributes that FIFO queues alone have. */
export const fifoAttributes: ReadonlySet<string> = new Set([
  'FifoQueue',
  'ContentBasedDeduplication',
  ...Object.keys(fixed),
]);

type Given = Readonly<Record<string, string>>;

/** Reads the attributes that make a FIFO queue; undefined for a standard one. @throws ServiceError */
export function readFifo(queue: string, given: Given): FifoSettings | undefined {
  if (given.FifoQueue !== 'true') {
    // As SQS, which does not know FifoQueue=false either.
    const [name] = Object.keys(given).filter((each) => fifoAttributes.has(each));
    if (name !== undefined) throw invalidAttributeName(name);
    if (isFifo(queue)) throw wrongName(queue, 'Can only include alphanumeric characters, hyphens, or underscores.');
    return undefined;
  }
  if (!isFifo(queue)) throw wrongName(queue, 'The name of a FIFO queue must end with the .fifo suffix.');
  for (const [name, only] of Object.entries(fixed)) {
    const value = given[name];
    if (value !== undefined && value !== only) throw unsupported(`the value ${value} of ${name}: it is ${only}`);
  }
  const { ContentBasedDeduplication: content = 'false' } = given;
  if (content !== 'true' && content !== 'false') throw invalidAttributeValue('ContentBasedDeduplication');
  return { contentBasedDeduplication: content === 'true' };
}

/** As GetQueueAttributes tells it. */
export function describeFifo(fifo: FifoSettings | undefined): Given {
  if (fifo === undefined) return {};
  return { FifoQueue: 'true', ContentBasedDeduplication: String(fifo.contentBasedDeduplication), ...fixed };
}

function wrongName(queue: string, reason: string) {
  return invalidValue('QueueName', queue, reason);
}
