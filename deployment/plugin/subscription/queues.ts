import { arnOf, type Resource } from '../template.ts';

const day = 86_400;

export interface QueueSettings {
  /** Seconds. */
  readonly visibilityTimeout: number;
  readonly deadLetters: {
    /** The logical id of their queue. */
    readonly id: string;
    readonly maxReceiveCount: number;
  };
}

/** @param kind what makes it another than a standard queue */
export function queueOf(
  name: string,
  { visibilityTimeout, deadLetters }: QueueSettings,
  kind: Readonly<Record<string, unknown>> = {},
): Resource {
  return {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: name,
      VisibilityTimeout: visibilityTimeout,
      MessageRetentionPeriod: 4 * day,
      SqsManagedSseEnabled: true,
      RedrivePolicy: {
        deadLetterTargetArn: arnOf(deadLetters.id),
        maxReceiveCount: deadLetters.maxReceiveCount,
      },
      ...kind,
    },
  };
}

export function deadLetterQueueOf(name: string, kind: Readonly<Record<string, unknown>> = {}): Resource {
  return {
    Type: 'AWS::SQS::Queue',
    Properties: {
      QueueName: name,
      // The longest there is: SQS counts from when the message was first sent, not from when it died.
      MessageRetentionPeriod: 14 * day,
      SqsManagedSseEnabled: true,
      ...kind,
    },
  };
}

/** Only this rule: else any rule of any account that learns the queue's ARN could feed a function. */
export function mayBeSentTo(queue: string, rule: string): Record<string, unknown> {
  return {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arnOf(queue),
    Condition: { ArnEquals: { 'aws:SourceArn': arnOf(rule) } },
  };
}
