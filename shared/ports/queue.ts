/** SQS's type of each attribute that is no `String`: `Number`, `Binary`, whose value is in base64, or one with a label like `Number.int`. */
export type AttributeTypes = Readonly<Record<string, string>>;

/** The type of one attribute; a name such as `constructor` is none for being one of every object. */
export function attributeType(types: AttributeTypes | undefined, name: string): string {
  return (types && Object.hasOwn(types, name) ? types[name] : undefined) ?? 'String';
}

export interface OutgoingMessage {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string>>;
  readonly attributeTypes?: AttributeTypes;
  /** Seconds before it is seen; 0 when not given. On a FIFO queue the queue alone delays. */
  readonly delay?: number;
  /** What orders it on a FIFO queue, which wants one: 1 to 128 letters, digits and punctuation. A standard queue orders nothing by it, and gives it to the reader. */
  readonly groupId?: string;
  /** For FIFO queues alone: of messages with the same one within five minutes, only the first is delivered. As long as a group id. */
  readonly deduplicationId?: string;
}

export interface SentMessage {
  readonly messageId: string;
  /** On a FIFO queue: twenty digits, which grow. */
  readonly sequenceNumber?: string;
}

export interface ReceivedMessage {
  readonly messageId: string;
  /** Good for this receive only. */
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** Where there are such. */
  readonly attributeTypes?: AttributeTypes;
  /** 1 at the first delivery. */
  readonly receiveCount: number;
  /** How many of the receives before do not count towards `maxReceiveCount`; none when not given, and never on SQS. */
  readonly excused?: number;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly firstReceivedAt: number;
  /** Of a FIFO queue's message. */
  readonly fifo?: FifoPlace;
  /** Of a standard queue's message that was sent with one. */
  readonly groupId?: string;
}

export interface FifoPlace {
  readonly groupId: string;
  readonly deduplicationId: string;
  readonly sequenceNumber: string;
}

export interface ReceiveOptions {
  /** At most this many; SQS gives up to 10, the SQLite queue as many as asked for. */
  readonly max: number;
  /** Seconds to wait for the first message; 0 returns at once. */
  readonly wait: number;
  /** Instead of the queue's own visibility timeout, in seconds. */
  readonly visibilityTimeout?: number;
  readonly signal?: AbortSignal;
}

/**
 * Amazon SQS's semantics.
 *
 * Contract:
 * - A message that was received is not seen by others until its visibility timeout ends; then it is delivered again
 *   with a receive count one higher.
 * - One that was received `maxReceiveCount` times and comes up again goes to the dead-letter queue instead.
 * - A receipt handle of an earlier receive deletes nothing and changes no visibility.
 * - `receive` with a wait answers as soon as a message is there, without polling the store.
 *
 * Of a FIFO queue moreover
 * (https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html):
 * - Messages of one group are received in the order in which they were sent. While one of them is in flight, none of
 *   that group is received; one receive may give several of a group, in order. Other groups go on.
 * - A message that comes back is received again before the later ones of its group. One that is deleted or goes to the
 *   dead-letter queue, where it keeps its group, makes way for them.
 * - A message whose deduplication id another one bore within the last five minutes is answered as that one was and is
 *   not delivered, whatever has become of the other; with the scope `messageGroup`, another one of its group.
 *
 * Errors: `QueueNotFoundError` for a queue that was never made; `InvalidMessageError` for a message that its kind of
 * queue does not take, and then none of the call is sent.
 */
export interface Queue {
  send(name: string, messages: readonly OutgoingMessage[]): Promise<readonly SentMessage[]>;
  receive(name: string, options: ReceiveOptions): Promise<readonly ReceivedMessage[]>;
  delete(name: string, receiptHandles: readonly string[]): Promise<void>;
  changeVisibility(name: string, receiptHandle: string, timeout: number): Promise<void>;
  /** How many are waiting, in flight and delayed: approximate on AWS, exact on SQLite. */
  depth(name: string): Promise<QueueDepth>;
}

export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}
