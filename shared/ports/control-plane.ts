/**
 * The control plane: creates the queues, rules and streams that services use. Only hosts and tests call it. On AWS the
 * deployment's template creates the resources, and the AWS adapters implement the control plane for tests. Services use
 * `Queue`, `EventBus` and `EventStream` (the data plane).
 */

/** A queue's settings. Every time is in seconds, as in SQS. */
export interface QueueSettings {
  readonly visibilityTimeout: number;
  /** After this many receives the queue moves the message to `deadLetterQueue`. */
  readonly maxReceiveCount?: number;
  readonly deadLetterQueue?: string;
  /** How long the queue keeps a message that nobody deletes (SQS: `MessageRetentionPeriod`). Default: four days. */
  readonly retention?: number;
  /** Makes this a FIFO queue. The names of the queue and of its dead-letter queue then end in `.fifo`. */
  readonly fifo?: FifoSettings;
}

export interface FifoSettings {
  /** True: a message without a deduplication id gets the SHA-256 of its body as its id. */
  readonly contentBasedDeduplication: boolean;
  /** Seconds before a new message is visible. The later messages of its group wait too. Default: 0. */
  readonly delay?: number;
  /** Where a deduplication id must be unique: in the whole queue, or in its message group. Default: `queue`. */
  readonly deduplicationScope?: DeduplicationScope;
  /** What SQS's quota of calls per second counts: the queue or, with the scope `messageGroup`, each group. Default: `perQueue`. */
  readonly throughputLimit?: ThroughputLimit;
}

export type DeduplicationScope = 'queue' | 'messageGroup';
export type ThroughputLimit = 'perQueue' | 'perMessageGroupId';

/**
 * Creates queues.
 *
 * Contract:
 * - `create` resolves when the queue exists. For a queue that exists, it replaces the settings and keeps the messages.
 * - While no queue has a name, the methods of `Queue` reject that name with `QueueNotFoundError`.
 * - The dead-letter queue is created before the queue that names it.
 *
 * Errors: `create` throws `ConfigurationError` when the name does not fit the kind (FIFO or standard), when the
 * dead-letter queue is of the other kind, and when `throughputLimit` is `perMessageGroupId` without the scope
 * `messageGroup`.
 *
 * @example
 * await queues.create('jobs-dlq', { visibilityTimeout: 30 });
 * await queues.create('jobs', { visibilityTimeout: 60, maxReceiveCount: 3, deadLetterQueue: 'jobs-dlq' });
 */
export interface QueueControl {
  create(name: string, settings: QueueSettings): Promise<void>;
}

/**
 * Queues that this process hosts itself, so that it knows their settings.
 *
 * Contract:
 * - `remove` removes the queue before its first `await`. Receives that wait then return nothing. It resolves when the
 *   messages of this name are deleted. For a name without a queue it only deletes messages.
 * - `purge` resolves when each message that the queue had at the call is deleted.
 * - After `move`, a message is in one of the two queues, also after a crash. It has a new id and a receive count of 0.
 *   A FIFO queue keeps the order within each group, and takes a message even if it knows its deduplication id.
 */
export interface HostedQueues extends QueueControl {
  /** The settings of the last `create`. Undefined: no queue has this name. */
  settings(name: string): QueueSettings | undefined;
  names(): readonly string[];
  purge(name: string): Promise<void>;
  remove(name: string): Promise<void>;
  /** The visible messages of a queue, and a mark for `move`: messages that are sent or moved later are behind it. */
  backlog(name: string): Promise<Backlog>;
  /** Moves at most `max` visible messages that are before the mark. Stops at a message that cannot be moved. */
  move(name: string, options: MoveOptions): Promise<Moved>;
}

export interface Backlog {
  readonly visible: number;
  readonly mark: number;
}

export interface MoveOptions {
  /** The queue that gets the messages. Default: for each message, the queue whose dead letter it is. */
  readonly destination?: string;
  readonly mark: number;
  readonly max: number;
  /** Runs in the transaction of the move, before it ends. `MadeResources.putWithin` is the one write that it may make. */
  readonly record?: (moved: Moved) => void;
}

export interface Moved {
  readonly moved: number;
  /** `unknownSource`: a message was sent to this queue, so it has no queue to return to. `missingQueue`: that queue does not exist. */
  readonly problem?: 'unknownSource' | 'missingQueue';
}

export interface Rule {
  readonly name: string;
  /** An EventBridge event pattern, as parsed JSON. */
  readonly pattern: object;
  /** The queue that gets each matching event. */
  readonly queue: string;
  /** Required for a FIFO queue: the message group of each event. The deduplication id is the event's id. */
  readonly fifo?: RuleGroup;
  /**
   * Standalone only, for a standard queue: the path (field names joined by dots) to the tenant of each event. The
   * tenants of a queue take turns. All events without a usable value belong to one common tenant.
   */
  readonly tenantBy?: string;
}

export type RuleGroup =
  /** All events have this message group. */
  | { readonly group: string }
  /**
   * The message group is the value at this path (field names joined by dots). An event whose value cannot be a group id
   * goes to the queue `undelivered` instead.
   */
  | { readonly groupBy: string; readonly undelivered: string };

/**
 * Creates and deletes the rules of a bus.
 *
 * Contract:
 * - `putRule` replaces the rule of the same name.
 * - A rule gets the events that are put after `putRule` resolved. On AWS this can take a minute.
 * - `deleteRule` for an unknown name does nothing.
 *
 * Errors: `putRule` throws `InvalidPatternError` for a pattern that AWS refuses. The rule of the same name then stays.
 *
 * @example
 * await rules.putRule({ name: 'audit', pattern: { source: ['shop'] }, queue: 'audit' });
 */
export interface RuleControl {
  putRule(rule: Rule): Promise<void>;
  deleteRule(name: string): Promise<void>;
}

/** Rules that this process hosts itself, so that it can list them. */
export interface HostedRules extends RuleControl {
  /** All rules, the oldest first. A rule that was put again counts as new. */
  rules(): readonly Rule[];
}

/** Creates streams. */
export interface StreamControl {
  /** Resolves when the stream exists. A stream that exists keeps its number of shards. */
  create(stream: string, shards: number): Promise<void>;
}

/**
 * The kinds of resources that clients create through AWS's APIs (CreateQueue, PutRule, StartMessageMoveTask). A
 * `deleted-queue` is a queue that a client deleted and whose messages are still in the store.
 */
export type MadeKind = 'rule' | 'queue' | 'deleted-queue' | 'move-task';

export interface MadeResource {
  readonly name: string;
  /** JSON. The caller of `put` defines its form. */
  readonly definition: string;
}

/**
 * The definitions of the resources that clients created. A standalone mesh creates these resources again when it starts;
 * the resources of serverless.yml come from that file instead. On AWS, AWS itself keeps its resources.
 *
 * Contract:
 * - `put` and `delete` resolve when the change is durable.
 * - `putWithin` writes in the transaction that runs, so that its definition is stored with the rest of it or not at all.
 * - `put` replaces the definition with the same kind and name. `delete` for an unknown name does nothing.
 * - `rename` gives a resource another kind in one step. It replaces a resource of that kind and name.
 * - `all` returns the definitions of one kind, ordered by name.
 */
export interface MadeResources {
  put(kind: MadeKind, resource: MadeResource): Promise<void>;
  putWithin(kind: MadeKind, resource: MadeResource): void;
  delete(kind: MadeKind, name: string): Promise<void>;
  rename(kind: MadeKind, name: string, to: MadeKind): Promise<void>;
  all(kind: MadeKind): Promise<readonly MadeResource[]>;
}
