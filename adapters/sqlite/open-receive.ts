import type { ReceivedMessage } from '#shared/ports/queue.ts';

/**
 * A receive that is under way. A message that is sent meanwhile can be claimed for it: it is then stored as received
 * already and handed over once that is durable, which saves finding it again and a batch of its own.
 */
export class OpenReceive {
  /** Milliseconds. */
  readonly visibilityTimeout: number;
  readonly #max: number;
  readonly #handed: ReceivedMessage[] = [];
  /** Messages that were claimed for it and not handed over yet, */
  #claims = 0;
  /** and those that it found itself. */
  #found = 0;
  /** Which batch these are of. Those of an earlier one were handed over, returned or undone. */
  #batch = 0;

  constructor(max: number, visibilityTimeout: number) {
    this.#max = max;
    this.visibilityTimeout = visibilityTimeout;
  }

  /** How many more messages it takes in the batch that is running. */
  room(batch: number): number {
    if (batch !== this.#batch) {
      this.#batch = batch;
      this.#claims = 0;
      this.#found = 0;
    }
    return this.#max - this.#handed.length - this.#claims - this.#found;
  }

  /** Notes that it has found so many in the batch that is running: there is less room for claims. */
  found(count: number): void {
    this.#found += count;
  }

  /** Whether a message of the batch that is running may be stored as received by this. */
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
