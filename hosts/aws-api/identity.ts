/** What AWS would call this machine: a place for ARNs and envelopes that mean nothing beyond it. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}

const prefix = arn('sqs', '');

export function queueArn(name: string): string {
  return `${prefix}${name}`;
}

/** Whether it is the ARN of a queue that could be of this mesh. */
export function isQueueArn(text: string): boolean {
  return text.startsWith(prefix) && isQueueName(queueOf(text));
}

/** The queue's name in its ARN. */
export function queueOf(queueArn: string): string {
  return queueArn.slice(prefix.length);
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
export function isQueueName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,80}$/.test(name) || /^[A-Za-z0-9_-]{1,75}\.fifo$/.test(name);
}
