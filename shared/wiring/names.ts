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

/** The rule that carries matching events from the bus to the queue: it bears the queue's name. */
export function ruleName(stage: string, functionName: string): string {
  return queueName(stage, functionName);
}

/** The DynamoDB table of a stage that keeps `what`. */
export function tableName(
  stage: string,
  what: 'tasks' | 'registry' | 'idempotency' | 'quarantine' | 'positions',
): string {
  return `starling-${stage}-${what}`;
}

/** The log group that every event of the bus goes to, where the stage has that switched on. */
export function eventLogName(stage: string): string {
  return `/starling/${stage}/events`;
}
