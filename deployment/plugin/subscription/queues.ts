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

/**
 * Denies all but the rule to send. Without this statement, every role of the account with the right `sqs:SendMessage` could
 * give an agent work that no gateway has seen.
 *
 * A direct call has no `aws:SourceArn`. A negated condition is true for a key that is missing, so the call is denied:
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
 */
export function onlySentToBy(queue: string, rule: string): Record<string, unknown> {
  return {
    Effect: 'Deny',
    Principal: '*',
    Action: 'sqs:SendMessage',
    Resource: arnOf(queue),
    Condition: { ArnNotEquals: { 'aws:SourceArn': arnOf(rule) } },
  };
}
