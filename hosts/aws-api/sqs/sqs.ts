import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { sqsInputs } from '../reference/sqs.ts';
import type { Service } from '../service.ts';
import { validationMessages } from './errors.ts';
import {
  changeMessageVisibility,
  changeMessageVisibilityBatch,
  deleteMessage,
  deleteMessageBatch,
} from './in-flight.ts';
import { cancelMessageMoveTask, listMessageMoveTasks, startMessageMoveTask } from './move-operations.ts';
import type { MoveTasks } from './move-tasks.ts';
import { queueOperations } from './queue-operations.ts';
import type { QueueStore } from './queue-store.ts';
import { QueueUrls } from './queue-urls.ts';
import { receiveMessage } from './receive.ts';
import { sendMessage, sendMessageBatch } from './send.ts';

export interface SqsOptions {
  readonly runtime: Pick<StandaloneRuntime, 'queue' | 'clock'>;
  readonly queues: QueueStore;
  readonly tasks: MoveTasks;
  /** The URL at which clients reach the mesh. Queue URLs begin with it. */
  readonly url: string;
  /** When the mesh created the queues of serverless.yml, in milliseconds since 1970. */
  readonly since: number;
}

/** Amazon SQS: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html */
export function sqsService({ runtime, queues, tasks, url, since }: SqsOptions): Service<typeof sqsInputs> {
  const urls = new QueueUrls(queues, url);
  return {
    target: 'AmazonSQS',
    signingName: 'sqs',
    contentType: 'application/x-amz-json-1.0',
    queryCompatible: true,
    throttled: 'RequestThrottled',
    validationMessages,
    inputs: sqsInputs,
    operations: {
      ...queueOperations({ runtime, queues, urls, tasks, since }),
      SendMessage: sendMessage(runtime.queue, urls),
      SendMessageBatch: sendMessageBatch(runtime.queue, urls),
      ReceiveMessage: receiveMessage(runtime, urls),
      DeleteMessage: deleteMessage(runtime, urls),
      DeleteMessageBatch: deleteMessageBatch(runtime, urls),
      ChangeMessageVisibility: changeMessageVisibility(runtime, urls),
      ChangeMessageVisibilityBatch: changeMessageVisibilityBatch(runtime, urls),
      StartMessageMoveTask: startMessageMoveTask(queues, tasks),
      ListMessageMoveTasks: listMessageMoveTasks(queues, tasks),
      CancelMessageMoveTask: cancelMessageMoveTask(queues, tasks),
    },
  };
}
