import { isFifo } from '#shared/ports/fifo.ts';
import { isQueueArn, queueArn, queueOf } from '../identity.ts';
import type { InputReader } from '../input-reader.ts';
import type { Operation } from '../service.ts';
import { invalidParameter, invalidValue, resourceNotFound } from './errors.ts';
import type { MoveTask, MoveTasks } from './move-tasks.ts';
import type { QueueStore } from './queue-store.ts';

/** StartMessageMoveTask: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html */
export function startMessageMoveTask(queues: QueueStore, tasks: MoveTasks): Operation {
  return async (input) => {
    const source = queueAt(input, 'SourceArn', queues);
    const destination = input.has('DestinationArn') ? queueAt(input, 'DestinationArn', queues) : undefined;
    const maxPerSecond = input.integer('MaxNumberOfMessagesPerSecond');
    if (queues.deadLetterSources(source).length === 0) {
      throw invalidParameter('Source queue must be configured as a Dead Letter Queue.');
    }
    if (destination === source) throw invalidParameter('Source queue and destination queue must be different.');
    if (destination !== undefined && isFifo(destination) !== isFifo(source)) {
      throw invalidParameter('The source queue and destination queue must be of the same queue type.');
    }
    const task = await tasks.start({
      source,
      ...(destination !== undefined && { destination }),
      ...(maxPerSecond !== undefined && { maxPerSecond }),
    });
    if (task === undefined) {
      throw invalidParameter(
        'There is already a task running. Only one active task is allowed for a source queue arn at a given time.',
      );
    }
    return { TaskHandle: handleOf(task) };
  };
}

export function listMessageMoveTasks(queues: QueueStore, tasks: MoveTasks): Operation {
  return (input) => {
    const source = queueAt(input, 'SourceArn', queues);
    const results = tasks.of(source).slice(0, input.integer('MaxResults') ?? 1);
    return { Results: results.map(described) };
  };
}

export function cancelMessageMoveTask(queues: QueueStore, tasks: MoveTasks): Operation {
  return async (input) => {
    const { id, source } = readHandle(input.requiredString('TaskHandle'));
    if (queues.get(source) === undefined) throw missing('SourceArn');
    if (tasks.get(id) === undefined) throw resourceNotFound('Task does not exist.');
    const task = await tasks.cancel(id);
    if (task === undefined) {
      throw invalidValue('TaskHandle', id, 'Only active tasks can be cancelled.');
    }
    return { ApproximateNumberOfMessagesMoved: task.moved };
  };
}

function described(task: MoveTask): object {
  const { source, destination, maxPerSecond, status, failureReason, moved, toMove, startedAt } = task;
  return {
    ...(status === 'RUNNING' && { TaskHandle: handleOf(task) }),
    Status: status,
    SourceArn: queueArn(source),
    ...(destination !== undefined && { DestinationArn: queueArn(destination) }),
    ...(maxPerSecond !== undefined && { MaxNumberOfMessagesPerSecond: maxPerSecond }),
    ApproximateNumberOfMessagesMoved: moved,
    ApproximateNumberOfMessagesToMove: toMove,
    ...(failureReason !== undefined && { FailureReason: failureReason }),
    StartedTimestamp: startedAt,
  };
}

/** The queue whose ARN a member has. @throws ServiceError */
function queueAt(input: InputReader, member: string, queues: QueueStore): string {
  const arn = input.requiredString(member);
  if (!isQueueArn(arn) || queues.get(queueOf(arn)) === undefined) throw missing(member);
  return queueOf(arn);
}

function missing(member: string) {
  return resourceNotFound(`The resource that you specified for the ${member} parameter doesn't exist.`);
}

/** The form of SQS. */
function handleOf({ id, source }: MoveTask): string {
  return Buffer.from(JSON.stringify({ taskId: id, sourceArn: queueArn(source) })).toString('base64');
}

function readHandle(handle: string): { readonly id: string; readonly source: string } {
  try {
    const { taskId, sourceArn } = { ...JSON.parse(Buffer.from(handle, 'base64').toString()) };
    if (typeof taskId === 'string' && typeof sourceArn === 'string') {
      if (!isQueueArn(sourceArn)) throw missing('SourceArn');
      return { id: taskId, source: queueOf(sourceArn) };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw invalidParameter('Value for parameter TaskHandle is invalid.');
}
