import type { AgentId } from '#shared/ids.ts';
import type { FifoSettings } from '#shared/ports/control-plane.ts';

/** An EventBridge event pattern as it stands in the file: JSON, already checked by the compiler of patterns. */
export type EventPattern = { readonly [field: string]: unknown };

/** How the queue in front of a function behaves: the same on SQS and in standalone. */
export interface QueueOptions {
  /** Messages an invocation gets at most. */
  readonly batchSize: number;
  /** Receives after which a message goes to the dead-letter queue. */
  readonly maxReceiveCount: number;
  /** Seconds that a received message stays hidden from the next receive. */
  readonly visibilityTimeout: number;
  /** Invocations that run at the same time at most. */
  readonly concurrency: number;
  /** The queue is first in, first out; undefined: it is a standard queue. */
  readonly fifo: FifoOptions | undefined;
}

export interface FifoOptions {
  /** The path to the field of the event whose value is its message group; undefined: one group for all. */
  readonly groupBy: string | undefined;
}

/** The message group of a FIFO queue that has one for all. */
export const COMMON_GROUP = 'all';

/**
 * The FIFO queue in front of a function. With message groups, deduplication and SQS's limits count for each group, instead of
 * 300 calls a second for all: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/high-throughput-fifo.html
 */
export function fifoSettings({ groupBy }: FifoOptions): FifoSettings {
  return {
    contentBasedDeduplication: false,
    ...(groupBy !== undefined && { deduplicationScope: 'messageGroup', throughputLimit: 'perMessageGroupId' }),
  };
}

/** The function is an agent: its task requests and cancel requests wake it. */
export interface AgentSubscription extends QueueOptions {
  readonly kind: 'agent';
  readonly agentId: AgentId;
  /** Seconds after which a task of this agent is failed if it has not ended. */
  readonly deadline: number;
  readonly pattern: EventPattern;
}

/** Any events that the pattern matches wake the function. */
export interface PatternSubscription extends QueueOptions {
  readonly kind: 'pattern';
  readonly pattern: EventPattern;
  /**
   * Standalone folds these events into their tasks in the publisher's transaction; only an event whose fold fails goes
   * through the queue. On AWS all events go through the queue.
   */
  readonly inline: boolean;
}

export type Subscription = AgentSubscription | PatternSubscription;

/** What wakes an agent. It names the agent in `data`, as everyone may see the bus and only `data` says whom a task is for. */
export function agentPattern(agentId: AgentId): EventPattern {
  return {
    source: ['starling.tasks'],
    'detail-type': ['TaskRequested.v1', 'TaskCancelRequested.v1'],
    detail: { data: { agentId: [agentId] } },
  };
}
