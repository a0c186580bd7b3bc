import type { Clock } from '#shared/ports/clock.ts';
import type { QueueSettings } from '#shared/ports/control-plane.ts';
import type { QueueDepth, ReceivedMessage, ReceiveOptions, SentMessage } from '#shared/ports/queue.ts';
import type { Database } from './database.ts';
import type { ReceiptState, Sent } from './message-rows.ts';

/** One queue, standard or FIFO. */
export interface QueueOfAKind {
  settings: QueueSettings;
  /** Sends in the running transaction. */
  send(message: Sent): SentMessage;
  receive(options: ReceiveOptions): Promise<readonly ReceivedMessage[]>;
  delete(receiptHandles: readonly string[]): Promise<void>;
  changeVisibility(receiptHandle: string, timeout: number): Promise<void>;
  excuse(receiptHandles: readonly string[], delay: number): Promise<void>;
  receiptState(receiptHandle: string): Promise<ReceiptState>;
  visibleSince(): Promise<number | undefined>;
  depth(): Promise<QueueDepth>;
  releaseInFlight(): Promise<number>;
  excuseInFlight(except: readonly string[]): Promise<readonly string[]>;
  /** Called in the running transaction when a dead letter has arrived in this queue. */
  deadLetterArrived(): void;
  /** Called in the running transaction when retention deleted a message of this queue. */
  freed(): void;
  /** Ends the receives that wait. Called when the queue is removed. */
  close(): void;
  /** Messages that a move takes out of this queue. Called in the running transaction, as the two after it. */
  movable(upTo: number, max: number): readonly Movable[];
  drop(message: Movable): void;
  /** Sends a message of another queue, even if this queue knows its deduplication id. */
  adopt(message: Sent): void;
}

/** A message that may move to another queue. */
export interface Movable {
  readonly id: number;
  /** The queue from which the message came as a dead letter. */
  readonly source?: string;
  readonly message: Sent;
}

/** The parts of the adapter that a queue needs. */
export interface QueueHost {
  readonly database: Database;
  readonly clock: Clock;
  /** Another queue. Undefined: no queue has this name. */
  find(name: string): QueueOfAKind | undefined;
}
