/** The SQS type of each attribute whose type is not `String`: `Number`, `Binary` (the value is base64), or a type with a label, such as `Number.int`. */
export type AttributeTypes = Readonly<Record<string, string>>;

/** The SQS type of one attribute. */
export function attributeType(types: AttributeTypes | undefined, name: string): string {
  // An attribute may be named `constructor`, which each object inherits.
  return (types && Object.hasOwn(types, name) ? types[name] : undefined) ?? 'String';
}

/** True: the value of an attribute of this type is base64. */
export function isBinaryType(type: string): boolean {
  return type.startsWith('Binary');
}

export interface OutgoingMessage {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly attributeTypes?: AttributeTypes;
  /** Seconds before the message is visible. Default: 0. Not allowed for a FIFO queue, whose delay is a setting of the queue. */
  readonly delay?: number;
  /** The message group: 1 to 128 ASCII letters, digits and punctuation characters. Required for a FIFO queue, which keeps the order within a group. A standard queue only passes it on. */
  readonly groupId?: string;
  /** For FIFO queues only: if several messages have the same id within five minutes, the queue delivers only the first. Same characters as a group id. */
  readonly deduplicationId?: string;
  /** The AWS X-Ray trace header: `Root=1-…;Parent=…;Sampled=1` (SQS: the system attribute `AWSTraceHeader`). */
  readonly traceHeader?: string;
}

export interface SentMessage {
  readonly messageId: string;
  /** From a FIFO queue: 20 digits. Later messages have larger numbers. */
  readonly sequenceNumber?: string;
}

export interface ReceivedMessage {
  readonly messageId: string;
  /** Valid for this receive only. */
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Absent when all attributes are of type `String`. */
  readonly attributeTypes?: AttributeTypes;
  /** 1 at the first delivery. */
  readonly receiveCount: number;
  /** How many earlier receives do not count towards `maxReceiveCount`. Default: 0. SQS never sets it. */
  readonly excused?: number;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  /** Set for a message from a FIFO queue. */
  readonly fifo?: FifoCoordinates;
  /** Set for a message from a standard queue that was sent with a group id. */
  readonly groupId?: string;
  /** Standalone only: the tenant of a message from a rule with `tenantBy` (control-plane.ts). */
  readonly tenant?: string;
  readonly traceHeader?: string;
  /** In a dead-letter queue: the queue from which the message came. Absent when the message was sent to this queue. */
  readonly deadLetterSource?: string;
}

/** The coordinates of a message in its FIFO queue. */
export interface FifoCoordinates {
  readonly groupId: string;
  readonly deduplicationId: string;
  readonly sequenceNumber: string;
}

export interface ReceiveOptions {
  /** The most messages to return. SQS returns at most 10. The SQLite queue returns fewer if they are large, but at least one. */
  readonly max: number;
  /** Seconds to wait for the first message. 0 returns at once. */
  readonly wait: number;
  /** Seconds. Overrides the queue's visibility timeout. */
  readonly visibilityTimeout?: number;
  readonly signal?: AbortSignal;
  /** Standalone only: how many messages of each tenant the caller works on. The tenant with the fewest comes first. */
  readonly inFlight?: { get(tenant: string): number | undefined };
}

/**
 * Sends and receives messages, with the semantics of Amazon SQS.
 *
 * Contract:
 * - A received message is hidden until its visibility timeout ends. Then it is delivered again, and its receive count is
 *   one higher.
 * - A message that was received `maxReceiveCount` times moves to the dead-letter queue when it would be received again.
 * - A receipt handle of an earlier receive deletes nothing and changes no visibility timeout.
 * - `receive` with a wait returns as soon as a message is there, and does not poll the store.
 *
 * Standalone also follows these rules for the standard queue of a rule with `tenantBy`:
 * - Tenants take turns: of N tenants with visible messages, each gets a message in every N messages that are received.
 * - The messages of one tenant come in the order in which they became visible.
 * - With `inFlight`, the tenant with the fewest messages in flight comes first, and tenants with as many take turns.
 *
 * FIFO queues also follow these rules
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html):
 * - The messages of one group are received in the order in which they were sent. While one of them is in flight, no
 *   other receive returns messages of this group. One receive may return several messages of a group, in order. Other
 *   groups are not affected.
 * - A message whose visibility timeout ended is received again before the later messages of its group. After a message is
 *   deleted or moved to the dead-letter queue, the next messages follow. In the dead-letter queue it keeps its group.
 * - A message is a duplicate if another message of the last five minutes had the same deduplication id. With the scope
 *   `messageGroup`, only messages of the same group count. A duplicate is not delivered, even if the first message is
 *   gone, and `send` returns the ids of the first message.
 *
 * Errors: `QueueNotFoundError` for an unknown queue. `InvalidMessageError` for a message that does not fit the kind of the
 * queue; then no message of the call is sent.
 *
 * Queues are created through `QueueControl` (control-plane.ts).
 *
 * @example
 * await queue.send('jobs', [{ body: 'resize 7' }]);
 * for (const message of await queue.receive('jobs', { max: 10, wait: 20 })) {
 *   resize(message.body);
 *   await queue.delete('jobs', [message.receiptHandle]);
 * }
 */
export interface Queue {
  send(name: string, messages: readonly OutgoingMessage[]): Promise<readonly SentMessage[]>;
  receive(name: string, options: ReceiveOptions): Promise<readonly ReceivedMessage[]>;
  delete(name: string, receiptHandles: readonly string[]): Promise<void>;
  /** Hides a received message for this many seconds from now. 0 makes it visible at once. */
  changeVisibility(name: string, receiptHandle: string, timeout: number): Promise<void>;
  /** The numbers of visible, in-flight and delayed messages. Exact on SQLite, approximate on AWS. */
  depth(name: string): Promise<QueueDepth>;
}

export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}
