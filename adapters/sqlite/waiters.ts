import { ShortLivedSet } from '#shared/short-lived.ts';

/**
 * Callers that wait for new rows. The writer, a timeout or an abort wakes them, so the SQLite adapters do not poll.
 */
export class Waiters {
  readonly #waiting = new ShortLivedSet<() => void>();
  #wakes = 0;

  /** Read it before you look for rows and pass it to `wait`. Then you miss no row that came while you looked. */
  get mark(): number {
    return this.#wakes;
  }

  /** Wakes all waiters. A waiter that finds nothing waits again. An arrow function, so that callers can pass it on. */
  readonly wake = (): void => {
    this.#wakes++;
    if (this.#waiting.size === 0) return;
    for (const wake of this.#waiting.drain()) wake();
  };

  /** Resolves at the first `wake` since `mark`, after `milliseconds` or at the abort, whichever comes first. */
  wait(mark: number, milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (mark !== this.#wakes || signal?.aborted || milliseconds <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        this.#waiting.delete(done);
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      // A timer above 2^31 - 1 ms fires at once; waking early is harmless.
      const timer = setTimeout(done, Math.min(milliseconds, 2_147_483_647));
      this.#waiting.add(done);
      signal?.addEventListener('abort', done);
    });
  }
}
