import type { Queue, ReceivedMessage } from '#shared/ports/queue.ts';
import type { Logger } from '#shared/telemetry/logger.ts';

export interface HoldOptions {
  readonly queue: Pick<Queue, 'changeVisibility'>;
  /** The queue's name. */
  readonly name: string;
  /** For so long a message is hidden from others, again and again while its function runs. */
  readonly seconds: number;
  readonly log: Logger;
}

/** Of three renewals two may be lost. */
const RENEWALS = 3;

/**
 * The messages that are worked on, kept from other receivers for as long as that takes. The visibility timeout itself can
 * then be short, so that the messages of a process that died soon come to another.
 */
export class HeldMessages {
  readonly seconds: number;
  readonly #options: HoldOptions;
  /** By receipt: the renewals that are on their way. */
  readonly #held = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: HoldOptions) {
    this.#options = options;
    this.seconds = options.seconds;
  }

  get count(): number {
    return this.#held.size;
  }

  hold(messages: readonly ReceivedMessage[]): void {
    for (const { receiptHandle } of messages) this.#held.set(receiptHandle, Promise.resolve());
    this.#timer ??= setInterval(() => this.#renew(), (this.seconds * 1000) / RENEWALS);
  }

  /** Resolves when nothing more is done to the message: a renewal that is on its way would undo what its holder does next. */
  async letGo(receiptHandle: string): Promise<void> {
    const renewal = this.#held.get(receiptHandle);
    this.#held.delete(receiptHandle);
    if (this.#held.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    await renewal;
  }

  /** Has every message delivered again now, to whoever receives then. */
  async giveBack(): Promise<void> {
    const { queue, name, log } = this.#options;
    await Promise.all(
      [...this.#held.keys()].map(async (receiptHandle) => {
        await this.letGo(receiptHandle);
        try {
          await queue.changeVisibility(name, receiptHandle, 0);
        } catch (error) {
          log.warn('a message that was not done comes back only after its visibility timeout', { queue: name, error });
        }
      }),
    );
  }

  /** One renewal of a message after the other: of two under way `letGo` would wait for the later alone. */
  #renew(): void {
    for (const [receiptHandle, before] of this.#held) {
      const renewal = before.then(() => (this.#held.has(receiptHandle) ? this.#renewOne(receiptHandle) : undefined));
      this.#held.set(receiptHandle, renewal);
    }
  }

  async #renewOne(receiptHandle: string): Promise<void> {
    const { queue, name, seconds, log } = this.#options;
    try {
      await queue.changeVisibility(name, receiptHandle, seconds);
    } catch (error) {
      log.warn('a message could not be kept from other receivers', { queue: name, error });
    }
  }
}
