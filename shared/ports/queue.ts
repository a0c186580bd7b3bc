/** A queue's settings; every time in seconds, as SQS has them. */
export interface QueueSettings {
  readonly visibilityTimeout: number;
  /** After this many receives the message goes to `deadLetterQueue`. */
  readonly maxReceiveCount?: number;
  readonly deadLetterQueue?: string;
}

export interface OutgoingMessage {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, string>>;
  /** Seconds before it is seen; 0 when not given. */
  readonly delay?: number;
}

export interface ReceivedMessage {
  readonly messageId: string;
  /** Good for this receive only. */
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** 1 at the first delivery. */
  readonly receiveCount: number;
  /** Milliseconds since 1970. */
  readonly sentAt: number;
  readonly firstReceivedAt: number;
}

export interface ReceiveOptions {
  /** At most this many; SQS gives up to 10, the embedded queue as many as asked for. */
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
 * Errors: `QueueNotFoundError` for a queue that was never made.
 */
export interface Queue {
  create(name: string, settings: QueueSettings): Promise<void>;
  send(name: string, messages: readonly OutgoingMessage[]): Promise<readonly { readonly messageId: string }[]>;
  receive(name: string, options: ReceiveOptions): Promise<readonly ReceivedMessage[]>;
  delete(name: string, receiptHandles: readonly string[]): Promise<void>;
  changeVisibility(name: string, receiptHandle: string, timeout: number): Promise<void>;
  /** How many are waiting, in flight and delayed: approximate on AWS, exact when embedded. */
  depth(name: string): Promise<QueueDepth>;
}

export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
  readonly delayed: number;
}
