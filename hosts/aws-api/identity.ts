/** The account and region in ARNs and envelopes. They have no meaning outside this mesh. */
export const ACCOUNT = '000000000000';
export const REGION = 'us-east-1';

export function arn(service: string, resource: string): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}`;
}

const prefix = arn('sqs', '');

export function queueArn(name: string): string {
  return `${prefix}${name}`;
}

/** Whether the text is an ARN that a queue of this mesh could have. */
export function isQueueArn(text: string): boolean {
  return text.startsWith(prefix) && isQueueName(queueOf(text));
}

/** The name of the queue with this ARN. */
export function queueOf(queueArn: string): string {
  return queueArn.slice(prefix.length);
}

/** https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
export function isQueueName(name: string): boolean {
  return /^[A-Za-z0-9_-]{1,80}$/.test(name) || /^[A-Za-z0-9_-]{1,75}\.fifo$/.test(name);
}
