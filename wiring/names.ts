import type { QueueOptions } from './subscription.ts';

/**
 * The names of what `serverless.yml` wires together. Scripts, dashboards and IAM policies of users rely on them.
 * Every name fits AWS's bounds when the Lambda function's own name does (64 characters, `starling-{stage}-{function}`).
 */

/** The one bus of a stage. */
export function busName(stage: string): string {
  return `starling-${stage}`;
}

/** The stream that carries artifact chunks. */
export function artifactStreamName(stage: string): string {
  return `starling-${stage}-artifacts`;
}

/** The queue in front of a function that has a `subscription`. */
export function queueName(stage: string, functionName: string): string {
  return `starling-${stage}-${functionName}`;
}

/** Where a message goes that was received `maxReceiveCount` times in vain. Its alarm bears the same name. */
export function deadLetterQueueName(stage: string, functionName: string): string {
  return `${queueName(stage, functionName)}-dlq`;
}

/** A FIFO queue in front of a function, by the name that SQS wants. */
export function fifoQueueName(stage: string, functionName: string): string {
  return `${queueName(stage, functionName)}.fifo`;
}

/** The dead letters of a FIFO queue are a FIFO queue, too. */
export function fifoDeadLetterQueueName(stage: string, functionName: string): string {
  return `${deadLetterQueueName(stage, functionName)}.fifo`;
}

/** On AWS the queue between the rule and the FIFO queue. */
export function intakeQueueName(stage: string, functionName: string): string {
  return `${queueName(stage, functionName)}-intake`;
}

/** The queue of the events that could not be put into the FIFO queue, as their message group cannot be told. */
export function undeliveredQueueName(stage: string, functionName: string): string {
  return `${queueName(stage, functionName)}-undelivered`;
}

/** The queue in front of a function and the one of its dead letters, of the kind that its subscription asks for. */
export function queueNames(
  stage: string,
  functionName: string,
  { fifo }: Pick<QueueOptions, 'fifo'>,
): { readonly queue: string; readonly deadLetterQueue: string } {
  const [queue, deadLetterQueue] =
    fifo === undefined ? [queueName, deadLetterQueueName] : [fifoQueueName, fifoDeadLetterQueueName];
  return { queue: queue(stage, functionName), deadLetterQueue: deadLetterQueue(stage, functionName) };
}

/** Every queue that the subscription of a function makes, on AWS or in standalone. */
export function ownedQueues(
  stage: string,
  functionName: string,
  { fifo }: Pick<QueueOptions, 'fifo'>,
): readonly string[] {
  const { queue, deadLetterQueue } = queueNames(stage, functionName, { fifo });
  const around = fifo === undefined ? [] : [intakeQueueName, undeliveredQueueName];
  return [queue, deadLetterQueue, ...around.map((nameOf) => nameOf(stage, functionName))];
}

/** The rule that carries matching events from the bus to the queue: it bears the queue's name. */
export function ruleName(stage: string, functionName: string): string {
  return queueName(stage, functionName);
}

/** The pipe that gives each event of a FIFO subscription its message group. A pipe's name has 64 characters at most, as a function's. */
export function pipeName(stage: string, functionName: string): string {
  return queueName(stage, functionName);
}

/** The log group that every event of the bus goes to, where the stage has that switched on. */
export function eventLogName(stage: string): string {
  return `/starling/${stage}/events`;
}
