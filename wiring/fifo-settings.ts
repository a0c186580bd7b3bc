import type { FifoSettings } from '#shared/ports/queue.ts';
import type { FifoOptions } from './subscription.ts';

/**
 * The FIFO queue in front of a function. With message groups, deduplication and SQS's limits count for each group, instead of
 * 300 calls a second for all: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
 */
export function fifoSettings({ groupBy }: FifoOptions): FifoSettings {
  return {
    contentBasedDeduplication: false,
    ...(groupBy !== undefined && { deduplicationScope: 'messageGroup', throughputLimit: 'perMessageGroupId' }),
  };
}
