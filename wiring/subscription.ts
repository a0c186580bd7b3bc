import type { AgentId } from '#shared/ids.ts';
import type { FifoSettings } from '#shared/ports/control-plane.ts';

/** An EventBridge event pattern from the file. It is JSON, and `compilePattern` has accepted it. */
export type EventPattern = { readonly [field: string]: unknown };

/** The behaviour of the queue in front of a function. It is the same on SQS and in standalone. */
export interface QueueOptions {
  /** The maximum number of messages per invocation. */
  readonly batchSize: number;
  /** The number of receives after which a message goes to the dead-letter queue. */
  readonly maxReceiveCount: number;
  /** Seconds that a received message stays hidden from the next receive. */
  readonly visibilityTimeout: number;
  /** The maximum number of invocations at the same time, in standalone and for a worker. */
  readonly concurrency: number;
  /**
   * The same on Lambda. undefined: as many as Lambda gives. With a maximum, Lambda polls an empty queue more often:
   * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
   */
  readonly maximumConcurrency: number | undefined;
  /** undefined: the queue is a standard queue. */
  readonly fifo: FifoOptions | undefined;
}

export interface FifoOptions {
  /** The path of the event's field that holds the message group; undefined: all events are in one group. */
  readonly groupBy: string | undefined;
}

/** The message group of all events in a FIFO queue without `groupBy`. */
export const COMMON_GROUP = 'all';

/**
 * The settings of the FIFO queue in front of a function. With `groupBy`, deduplication and SQS's limits apply to each message
 * group. Without it, SQS allows 300 calls a second for the whole queue:
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
 */
export function fifoSettings({ groupBy }: FifoOptions): FifoSettings {
  return {
    contentBasedDeduplication: false,
    ...(groupBy !== undefined && { deduplicationScope: 'messageGroup', throughputLimit: 'perMessageGroupId' }),
  };
}

/** The function is an agent. Its task requests and cancel requests wake it. */
export interface AgentSubscription extends QueueOptions {
  readonly kind: 'agent';
  readonly agentId: AgentId;
  /** Seconds. A task of this agent that has not ended by then fails. */
  readonly deadline: number;
  readonly pattern: EventPattern;
}

/** Every event that matches the pattern wakes the function. */
export interface PatternSubscription extends QueueOptions {
  readonly kind: 'pattern';
  readonly pattern: EventPattern;
  /**
   * Standalone folds these events into their tasks in the publisher's transaction. Only an event whose fold fails goes
   * through the queue. On AWS all events go through the queue.
   */
  readonly inline: boolean;
}

export type Subscription = AgentSubscription | PatternSubscription;

/** The pattern of the events that wake an agent. Only `data.agentId` says which agent a task is for. */
export function agentPattern(agentId: AgentId): EventPattern {
  return {
    source: ['starling.tasks'],
    'detail-type': ['TaskRequested.v1', 'TaskCancelRequested.v1'],
    detail: { data: { agentId: [agentId] } },
  };
}
