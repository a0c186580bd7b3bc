import { queueNames, ruleName } from '#wiring/names.ts';
import type { EventPattern, Subscription } from '#wiring/subscription.ts';
import { arnOf, type ResourceMap } from '../template.ts';
import { fifoQueueOf, intakeResources } from './fifo-resources.ts';
import type { LogicalIds, SubscriptionContext } from './ids.ts';
import { deadLetterQueueOf, queueOf } from './queues.ts';

/**
 * The resources of a subscription, except the event source mapping and the policy of the queues. osls makes the mapping
 * from the `sqs` event of {@link queueEvent}. All queues of a stage share one policy.
 */
export function subscriptionResources(subscription: Subscription, context: SubscriptionContext): ResourceMap {
  const { stage, functionName, ids, eventBus } = context;
  const { fifo, visibilityTimeout, maxReceiveCount } = subscription;
  const names = queueNames(stage, functionName, subscription);
  const settings = { visibilityTimeout, deadLetters: { id: ids.deadLetterQueue, maxReceiveCount } };
  const kind = fifo && fifoQueueOf(fifo);
  const [entry, lost] = queuesOfRule(subscription, ids);
  return {
    [ids.rule]: {
      Type: 'AWS::Events::Rule',
      Properties: {
        Name: ruleName(stage, functionName),
        EventBusName: eventBus,
        EventPattern: patternOf(subscription),
        // EventBridge retries for a day. It then puts the event into the dead-letter queue.
        Targets: [{ Id: 'queue', Arn: arnOf(entry), DeadLetterConfig: { Arn: arnOf(lost) } }],
      },
    },
    [ids.queue]: queueOf(names.queue, settings, kind?.queue),
    [ids.deadLetterQueue]: deadLetterQueueOf(names.deadLetterQueue, kind?.deadLetterQueue),
    ...(fifo && intakeResources(fifo, context)),
  };
}

/**
 * The logical ids of the queues to which the rule sends: its target, and the queue of the events that it cannot deliver. A
 * rule cannot set a message group, so events for a FIFO queue go through a pipe.
 */
export function queuesOfRule({ fifo }: Subscription, ids: LogicalIds): readonly [entry: string, lost: string] {
  return fifo === undefined ? [ids.queue, ids.deadLetterQueue] : [ids.intake, ids.undelivered];
}

/**
 * Agents and the fold of tasks take no event that a replay of the archive puts again: agents would do old work again. Other
 * subscribers get replays, because they are what a replay is for.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-replay-archived-event.html
 */
function patternOf(subscription: Subscription): EventPattern {
  const { kind, pattern } = subscription;
  const isOfTasks = kind === 'agent' || subscription.inline;
  return isOfTasks ? { 'replay-name': [{ exists: false }], ...pattern } : pattern;
}

/** The `sqs` event of which osls makes the event source mapping. */
export function queueEvent(subscription: Subscription, ids: LogicalIds): Record<string, unknown> {
  return {
    sqs: {
      arn: arnOf(ids.queue),
      batchSize: subscription.batchSize,
      functionResponseType: 'ReportBatchItemFailures',
      ...(subscription.maximumConcurrency !== undefined && { maximumConcurrency: subscription.maximumConcurrency }),
    },
  };
}
