import { busName, deadLetterQueueName, queueName, ruleName } from '../../shared/wiring/names.ts';
import type { Subscription } from '../../shared/wiring/subscription.ts';
import { arnOf, type ResourceMap } from '../template.ts';

/** The logical ids of what one subscription becomes. */
export interface LogicalIds {
  readonly rule: string;
  readonly queue: string;
  readonly deadLetterQueue: string;
  readonly queuePolicy: string;
}

const day = 86_400;

/** @param prefix the function's name as osls writes it in logical ids */
export function logicalIds(prefix: string): LogicalIds {
  return {
    rule: `${prefix}SubscriptionRule`,
    queue: `${prefix}SubscriptionQueue`,
    deadLetterQueue: `${prefix}SubscriptionDeadLetterQueue`,
    queuePolicy: `${prefix}SubscriptionQueuePolicy`,
  };
}

/**
 * What a subscription becomes on AWS, but for the event source mapping and the right to consume: osls makes those
 * from the `sqs` event of {@link queueEvent}.
 *
 * @param eventBus the bus as CloudFormation takes it; by default the name of the stage's bus
 */
export function subscriptionResources(
  subscription: Subscription,
  where: { stage: string; functionName: string; ids: LogicalIds; eventBus: unknown },
): ResourceMap {
  const { stage, functionName, ids } = where;
  return {
    [ids.rule]: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: ruleName(stage, functionName),
        EventBusName: where.eventBus ?? busName(stage),
        EventPattern: subscription.pattern,
        // What the bus cannot put into the queue after a day of retries is not lost but a dead letter.
        Targets: [{ Id: 'queue', Arn: arnOf(ids.queue), DeadLetterConfig: { Arn: arnOf(ids.deadLetterQueue) } }],
      },
    },
    [ids.queue]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: queueName(stage, functionName),
        VisibilityTimeout: subscription.visibilityTimeout,
        MessageRetentionPeriod: 4 * day,
        SqsManagedSseEnabled: true,
        RedrivePolicy: {
          deadLetterTargetArn: arnOf(ids.deadLetterQueue),
          maxReceiveCount: subscription.maxReceiveCount,
        },
      },
    },
    [ids.deadLetterQueue]: {
      Type: 'AWS::SQS::Queue',
      Properties: {
        QueueName: deadLetterQueueName(stage, functionName),
        // The longest there is: SQS counts from when the message was first sent, not from when it died.
        MessageRetentionPeriod: 14 * day,
        SqsManagedSseEnabled: true,
      },
    },
    [ids.queuePolicy]: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: ids.queue }, { Ref: ids.deadLetterQueue }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [mayBeSentTo(ids.queue, ids.rule), mayBeSentTo(ids.deadLetterQueue, ids.rule)],
        },
      },
    },
  };
}

/** The event of osls's own that maps the queue to the function and lets the function's role consume it. */
export function queueEvent(subscription: Subscription, ids: LogicalIds): Record<string, unknown> {
  return {
    sqs: {
      arn: arnOf(ids.queue),
      batchSize: subscription.batchSize,
      functionResponseType: 'ReportBatchItemFailures',
      maximumConcurrency: subscription.concurrency,
    },
  };
}

/** Only this rule: else any rule of any account that learns the queue's ARN could feed a function. */
function mayBeSentTo(queue: string, rule: string): Record<string, unknown> {
  return {
    Effect: 'Allow',
    Principal: { Service: 'events.amazonaws.com' },
    Action: 'sqs:SendMessage',
    Resource: arnOf(queue),
    Condition: { ArnEquals: { 'aws:SourceArn': arnOf(rule) } },
  };
}
