import { busName, queueNames, ruleName } from '../../shared/wiring/names.ts';
import type { Subscription } from '../../shared/wiring/subscription.ts';
import { arnOf, type ResourceMap } from '../template.ts';
import { fifoQueueOf, intakeResources } from './fifo-resources.ts';
import { deadLetterQueueOf, mayBeSentTo, queueOf } from './queues.ts';

/** The logical ids of what one subscription becomes. */
export interface LogicalIds {
  readonly rule: string;
  readonly queue: string;
  readonly deadLetterQueue: string;
  readonly queuePolicy: string;
  /** Of a FIFO subscription alone. */
  readonly intake: string;
  readonly undelivered: string;
  readonly pipe: string;
  readonly pipeRole: string;
}

/** Where a subscription is. */
export interface Place {
  readonly stage: string;
  readonly functionName: string;
  readonly ids: LogicalIds;
  /** The bus as CloudFormation takes it; by default the name of the stage's bus. */
  readonly eventBus: unknown;
}

/** @param prefix the function's name as osls writes it in logical ids */
export function logicalIds(prefix: string): LogicalIds {
  return {
    rule: `${prefix}SubscriptionRule`,
    queue: `${prefix}SubscriptionQueue`,
    deadLetterQueue: `${prefix}SubscriptionDeadLetterQueue`,
    queuePolicy: `${prefix}SubscriptionQueuePolicy`,
    intake: `${prefix}SubscriptionIntakeQueue`,
    undelivered: `${prefix}SubscriptionUndeliveredQueue`,
    pipe: `${prefix}SubscriptionPipe`,
    pipeRole: `${prefix}SubscriptionPipeRole`,
  };
}

/**
 * What a subscription becomes on AWS, but for the event source mapping and the right to consume: osls makes those
 * from the `sqs` event of {@link queueEvent}.
 */
export function subscriptionResources(subscription: Subscription, place: Place): ResourceMap {
  const { stage, functionName, ids, eventBus } = place;
  const { fifo, visibilityTimeout, maxReceiveCount } = subscription;
  const names = queueNames(stage, functionName, subscription);
  const settings = { visibilityTimeout, deadLetters: { id: ids.deadLetterQueue, maxReceiveCount } };
  const kind = fifo && fifoQueueOf(fifo);
  // The rule knows no message groups, so its events for a FIFO queue take the way round by a pipe.
  const [entry, lost] = fifo === undefined ? [ids.queue, ids.deadLetterQueue] : [ids.intake, ids.undelivered];
  return {
    [ids.rule]: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: ruleName(stage, functionName),
        EventBusName: eventBus ?? busName(stage),
        EventPattern: subscription.pattern,
        // What the bus cannot put into the queue after a day of retries is not lost but a dead letter.
        Targets: [{ Id: 'queue', Arn: arnOf(entry), DeadLetterConfig: { Arn: arnOf(lost) } }],
      },
    },
    [ids.queue]: queueOf(names.queue, settings, kind?.queue),
    [ids.deadLetterQueue]: deadLetterQueueOf(names.deadLetterQueue, kind?.deadLetterQueue),
    [ids.queuePolicy]: {
      Type: 'AWS::SQS::QueuePolicy',
      Properties: {
        Queues: [{ Ref: entry }, { Ref: lost }],
        PolicyDocument: {
          Version: '2012-10-17',
          Statement: [mayBeSentTo(entry, ids.rule), mayBeSentTo(lost, ids.rule)],
        },
      },
    },
    ...(fifo && intakeResources(fifo, place)),
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
