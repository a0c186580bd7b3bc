import type { Queue, ReceivedMessage } from '#shared/ports/queue.ts';
import type { Logger } from '#shared/telemetry/logger.ts';

export interface VisibilityExtenderOptions {
  readonly queue: Pick<Queue, 'changeVisibility'>;
  /** The queue's name. */
  readonly name: string;
  /** Seconds by which each extension hides a message from other receivers. */
  readonly visibilityTimeoutSeconds: number;
  readonly log: Logger;
}

/** Extensions per visibility timeout: two of three may fail. */
const EXTENSIONS_PER_TIMEOUT = 3;

/**
 * Extends the visibility timeout of messages while functions work on them. The timeout itself can then be short, so that
 * another process soon receives the messages of a process that died.
 */
export class VisibilityExtender {
  readonly visibilityTimeoutSeconds: number;
  readonly #options: VisibilityExtenderOptions;
  /** The current extension of each message, by receipt handle. */
  readonly #extended = new Map<string, Promise<void>>();
  #timer: NodeJS.Timeout | undefined;

  constructor(options: VisibilityExtenderOptions) {
    this.#options = options;
    this.visibilityTimeoutSeconds = options.visibilityTimeoutSeconds;
  }

  get count(): number {
    return this.#extended.size;
  }

  /** Extends the visibility of these messages until `stopExtending` or `releaseAll`. */
  extend(messages: readonly ReceivedMessage[]): void {
    for (const { receiptHandle } of messages) this.#extended.set(receiptHandle, Promise.resolve());
    this.#timer ??= setInterval(
      () => this.#extendAll(),
      (this.visibilityTimeoutSeconds * 1000) / EXTENSIONS_PER_TIMEOUT,
    );
  }

  /** Resolves when no extension of the message is in progress. A late extension would undo the caller's next change. */
  async stopExtending(receiptHandle: string): Promise<void> {
    const extension = this.#extended.get(receiptHandle);
    this.#extended.delete(receiptHandle);
    if (this.#extended.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    await extension;
  }

  /** Makes every message visible now, so that the next receiver gets it. */
  async releaseAll(): Promise<void> {
    const { queue, name, log } = this.#options;
    await Promise.all(
      [...this.#extended.keys()].map(async (receiptHandle) => {
        await this.stopExtending(receiptHandle);
        try {
          await queue.changeVisibility(name, receiptHandle, 0);
        } catch (error) {
          log.warn('a message could not be released and comes back only after its visibility timeout', {
            queue: name,
            error,
          });
        }
      }),
    );
  }

  /** The extensions of a message run one after another, because `stopExtending` waits for the last one only. */
  #extendAll(): void {
    for (const [receiptHandle, before] of this.#extended) {
      const extension = before.then(() =>
        this.#extended.has(receiptHandle) ? this.#extendOne(receiptHandle) : undefined,
      );
      this.#extended.set(receiptHandle, extension);
    }
  }

  async #extendOne(receiptHandle: string): Promise<void> {
    const { queue, name, visibilityTimeoutSeconds, log } = this.#options;
    try {
      await queue.changeVisibility(name, receiptHandle, visibilityTimeoutSeconds);
    } catch (error) {
      log.warn('the visibility timeout of a message could not be extended', { queue: name, error });
    }
  }
}

/** The queue for functions whose messages are extended: when a function sets a visibility timeout, that timeout stays. */
export function releaseOnChange(queue: Queue, visibility: VisibilityExtender): Queue {
  return {
    send: (name, messages) => queue.send(name, messages),
    receive: (name, options) => queue.receive(name, options),
    delete: (name, receiptHandles) => queue.delete(name, receiptHandles),
    depth: (name) => queue.depth(name),
    async changeVisibility(name, receiptHandle, timeout) {
      await visibility.stopExtending(receiptHandle);
      await queue.changeVisibility(name, receiptHandle, timeout);
    },
  };
}
