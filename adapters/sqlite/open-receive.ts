import type { ReceivedMessage } from '#shared/ports/queue.ts';

/**
 * A receive that waits. `send` can claim a new message for it: the message is stored as received and handed over when
 * it is durable. This saves a search and a transaction.
 */
export class OpenReceive {
  /** Milliseconds. */
  readonly visibilityTimeout: number;
  readonly #max: number;
  readonly #handed: ReceivedMessage[] = [];
  /** Messages that are claimed for this receive and not handed over yet. */
  #claims = 0;
  /** Messages that this receive found itself. */
  #found = 0;
  /** The batch of these two counts. Messages of an earlier batch were handed over, returned or rolled back. */
  #batch = 0;

  constructor(max: number, visibilityTimeout: number) {
    this.#max = max;
    this.visibilityTimeout = visibilityTimeout;
  }

  /** How many more messages it takes in the running batch. */
  room(batch: number): number {
    if (batch !== this.#batch) {
      this.#batch = batch;
      this.#claims = 0;
      this.#found = 0;
    }
    return this.#max - this.#handed.length - this.#claims - this.#found;
  }

  /** Notes that it has found so many in the running batch: there is less room for claims. */
  found(count: number): void {
    this.#found += count;
  }

  /** Whether a message of the running batch may be stored as received by this. */
  claim(batch: number): boolean {
    if (this.room(batch) <= 0) return false;
    this.#claims++;
    return true;
  }

  hand(message: ReceivedMessage): void {
    this.#claims--;
    this.#handed.push(message);
  }

  get handed(): readonly ReceivedMessage[] {
    return this.#handed;
  }

  /** Whether a claimed message may still be handed over, once the batch is durable. */
  get isPromised(): boolean {
    return this.#claims > 0;
  }
}
