import { queueName } from '#wiring/names.ts';
import { arnOf, type Resource, type ResourceMap, ref } from '../template.ts';

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

/** The logical ids of the two policies of a stage's queues. */
const policies = { agents: 'AgentQueuesPolicy', others: 'SubscriptionQueuesPolicy' };

export interface OpenQueues {
  /** The logical ids of the queues in front of agents. */
  readonly agents: readonly string[];
  /** The logical ids of all other queues to which rules send: of other subscribers, and of events that cannot be delivered. */
  readonly others: readonly string[];
}

/**
 * The policies by which the rules of the stage's bus may send to its queues. Otherwise any rule of any account could send to
 * a queue if it knew the ARN.
 *
 * Queues share a policy, because a stack takes 500 resources. SQS takes 8,192 bytes and 20 statements of a policy, so one
 * statement for each rule would not fit.
 *
 * @param eventBus the name of the bus, as a value of CloudFormation
 */
export function policiesOfQueues({ agents, others }: OpenQueues, stage: string, eventBus: unknown): ResourceMap {
  const place = [ref('AWS::Region'), ':', ref('AWS::AccountId'), ':'];
  const arn = (service: string, ...name: readonly unknown[]) => ({
    'Fn::Join': ['', ['arn:', ref('AWS::Partition'), `:${service}:`, ...place, ...name]],
  });
  const sending = { Action: 'sqs:SendMessage', Resource: arn('sqs', `${queueName(stage, '')}*`) };
  const rules = { 'aws:SourceArn': arn('events', 'rule/', eventBus, '/*') };
  const allow = {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    ...sending,
    Condition: { ArnLike: rules },
  };
  // Without this statement, every role of the account with the right `sqs:SendMessage` could give an agent work that no
  // gateway has seen. A direct call has no `aws:SourceArn`. A negated condition is true for a key that is missing, so the
  // call is denied: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
  const denyOthers = { Effect: 'Deny', Principal: '*', ...sending, Condition: { ArnNotLike: rules } };
  return {
    ...(agents.length > 0 && { [policies.agents]: queuePolicy(agents, [allow, denyOthers]) }),
    // Operators redrive dead letters into the queues of subscribers that are no agents.
    ...(others.length > 0 && { [policies.others]: queuePolicy(others, [allow]) }),
  };
}

function queuePolicy(queues: readonly string[], statements: readonly object[]): Resource {
  return {
    Type: 'AWS::SQS::QueuePolicy',
    Properties: { Queues: queues.map(ref), PolicyDocument: { Version: '2012-10-17', Statement: statements } },
  };
}
