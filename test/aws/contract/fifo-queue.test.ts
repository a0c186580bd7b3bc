import { setTimeout } from 'node:timers/promises';
import { sqsClient } from '#adapters/aws/clients/sqs.ts';
import { AwsQueue } from '#adapters/aws/queue/queue.ts';
import { fifoQueueContract } from '#test/contract/fifo-queue.ts';
import { clientOptions, endpoint } from '../support/endpoint.ts';
import { RememberingQueue } from '../support/queues.ts';

const client = sqsClient(clientOptions);

fifoQueueContract('aws', async () => {
  const queue = new RememberingQueue(new AwsQueue({ client }), client);
  return {
    queue,
    lacks: {
      deduplicationEnds: 'nobody waits for five minutes',
      ...(endpoint !== undefined && { receiptsExpire: 'the emulator deletes by a receipt that has expired' }),
    },
    pass: (seconds) => setTimeout(seconds * 1_000),
    close: () => queue.deleteQueues(),
  };
});
