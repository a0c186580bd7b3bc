import { arnOf, type Resource } from '../template.ts';

const DAY_SECONDS = 86_400;

export interface QueueSettings {
  /** Seconds. */
  readonly visibilityTimeout: number;
  readonly deadLetters: {
    /** The logical id of their queue. */
    readonly id: string;
    readonly maxReceiveCount: number;
  };
}

/** @param kind the properties of a queue that is no standard queue */
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
      MessageRetentionPeriod: 4 * DAY_SECONDS,
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
      // The maximum. SQS counts from the first send of the message, not from its move to the dead-letter queue.
      MessageRetentionPeriod: 14 * DAY_SECONDS,
      SqsManagedSseEnabled: true,
      ...kind,
    },
  };
}

/** Allows this rule only. Otherwise any rule of any account could send to the queue if it knew the ARN. */
export function mayBeSentTo(queue: string, rule: string): Record<string, unknown> {
  return {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arnOf(queue),
    Condition: { ArnEquals: { 'aws:SourceArn': arnOf(rule) } },
  };
}
