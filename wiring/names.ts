import type { QueueOptions } from './subscription.ts';

/**
 * The names of the queues, rules, streams and logs that `serverless.yml` wires together. Users' scripts, dashboards and IAM
 * policies rely on these names. Every name is short enough for AWS if the Lambda function's name is (64 characters,
 * `starling-{stage}-{function}`).
 */

/** https://docs.aws.amazon.com/cognito/latest/developerguide/cognito-user-pools-assign-domain-prefix.html */
const notInDomains = ['aws', 'amazon', 'cognito'];

/**
 * Why a stage on AWS cannot have this name. The names of functions, queues, buckets and the token endpoint's domain contain
 * it, and AWS limits them.
 *
 * @returns the end of a sentence that begins with the name; undefined: it can
 */
export function stageProblem(text: string): string | undefined {
  if (!/^[a-z](?:[a-z0-9-]{0,18}[a-z0-9])?$/.test(text)) {
    return 'but a stage has up to 20 lower-case letters, digits and hyphens, a letter first and no hyphen last.';
  }
  const word = notInDomains.find((each) => text.includes(each));
  return word && `but Cognito takes no domain that contains "${word}". Choose another name.`;
}

/** The one bus of a stage. */
export function busName(stage: string): string {
  return `starling-${stage}`;
}

/** The stream that carries artifact chunks. */
export function artifactStreamName(stage: string): string {
  return `starling-${stage}-artifacts`;
}

/** The consumer of a stream that a function has for itself (enhanced fan-out). It exists only on AWS. */
export function streamConsumerName(stage: string, functionName: string): string {
  return queueName(stage, functionName);
}

/** The queue in front of a function that has a `subscription`. */
export function queueName(stage: string, functionName: string): string {
  return `starling-${stage}-${functionName}`;
}

/** The queue for messages that failed `maxReceiveCount` times. */
export function deadLetterQueueName(stage: string, functionName: string): string {
  return `${queueName(stage, functionName)}-dlq`;
}

/** The FIFO queue in front of a function. SQS requires the ending `.fifo`. */
export function fifoQueueName(stage: string, functionName: string): string {
  return `${queueName(stage, functionName)}.fifo`;
}

/** SQS requires that the dead-letter queue of a FIFO queue is FIFO too. */
export function fifoDeadLetterQueueName(stage: string, functionName: string): string {
  return `${deadLetterQueueName(stage, functionName)}.fifo`;
}

/** The queue between the rule and the FIFO queue. It exists only on AWS. */
export function intakeQueueName(stage: string, functionName: string): string {
  return `${queueName(stage, functionName)}-intake`;
}

/** The queue for events without a usable message group. They cannot go into the FIFO queue. */
export function undeliveredQueueName(stage: string, functionName: string): string {
  return `${queueName(stage, functionName)}-undelivered`;
}

/** The queue in front of a function and its dead-letter queue: FIFO or standard, as the subscription says. */
export function queueNames(
  stage: string,
  functionName: string,
  { fifo }: Pick<QueueOptions, 'fifo'>,
): { readonly queue: string; readonly deadLetterQueue: string } {
  const [queue, deadLetterQueue] =
    fifo === undefined ? [queueName, deadLetterQueueName] : [fifoQueueName, fifoDeadLetterQueueName];
  return { queue: queue(stage, functionName), deadLetterQueue: deadLetterQueue(stage, functionName) };
}

/** Every queue that the subscription of a function creates, on AWS or in standalone. */
export function ownedQueues(
  stage: string,
  functionName: string,
  { fifo }: Pick<QueueOptions, 'fifo'>,
): readonly string[] {
  const { queue, deadLetterQueue } = queueNames(stage, functionName, { fifo });
  const around = fifo === undefined ? [] : [intakeQueueName, undeliveredQueueName];
  return [queue, deadLetterQueue, ...around.map((nameOf) => nameOf(stage, functionName))];
}

/** The rule that carries matching events from the bus to the queue. It has the queue's name. */
export function ruleName(stage: string, functionName: string): string {
  return queueName(stage, functionName);
}

/** The pipe that gives each event of a FIFO subscription its message group. AWS allows 64 characters for a pipe's name, as for a function's. */
export function pipeName(stage: string, functionName: string): string {
  return queueName(stage, functionName);
}

/** The log group for every event of the bus, if the stage has the event log switched on. */
export function eventLogName(stage: string): string {
  return `/starling/${stage}/events`;
}
