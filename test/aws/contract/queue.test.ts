import { setTimeout } from 'node:timers/promises';
import { sqsClient } from '#adapters/aws/clients/sqs.ts';
import { AwsQueue } from '#adapters/aws/queue/queue.ts';
import { queueContract } from '#test/contract/queue.ts';
import { clientOptions, endpoint } from '../support/endpoint.ts';
import { RememberingQueue } from '../support/queues.ts';

const client = sqsClient(clientOptions);

queueContract('aws', async () => {
  const queue = new RememberingQueue(new AwsQueue({ client }), client);
  return {
    queue,
    lacks: {
      abortedPollTakesNothing:
        'a poll whose connection was closed may go on to its end where it runs, and take a message',
      ...(endpoint !== undefined && { traceHeaderOfBatches: 'SendMessageBatch of the emulator drops it' }),
      ...(endpoint === undefined && { exactDepth: 'SQS counts approximately' }),
    },
    pass: (seconds) => setTimeout(seconds * 1_000),
    close: () => queue.deleteQueues(),
  };
});
