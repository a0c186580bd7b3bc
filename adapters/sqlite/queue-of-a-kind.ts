import type { Clock } from '#shared/ports/clock.ts';
import type { QueueSettings } from '#shared/ports/control-plane.ts';
import type { QueueDepth, ReceivedMessage, ReceiveOptions, SentMessage } from '#shared/ports/queue.ts';
import type { Database } from './database.ts';
import type { ReceiptState, Sent } from './message-rows.ts';

/** One queue, standard or FIFO. */
export interface QueueOfAKind {
  settings: QueueSettings;
  /** Within the transaction that is running. */
  send(message: Sent): SentMessage;
  receive(options: ReceiveOptions): Promise<readonly ReceivedMessage[]>;
  delete(receiptHandles: readonly string[]): Promise<void>;
  changeVisibility(receiptHandle: string, timeout: number): Promise<void>;
  excuse(receiptHandles: readonly string[], delay: number): Promise<void>;
  receiptState(receiptHandle: string): Promise<ReceiptState>;
  depth(): Promise<QueueDepth>;
  releaseInFlight(): Promise<number>;
  /** Told, within the transaction that is running, that a dead letter came. */
  deadLetterArrived(): void;
  /** Told, within the transaction that is running, that a message was taken out from before others. */
  freed(): void;
}

/** What a queue stands on. */
export interface QueueHost {
  readonly database: Database;
  readonly clock: Clock;
  /** Another queue; undefined where none of the name was made. */
  find(name: string): QueueOfAKind | undefined;
}
