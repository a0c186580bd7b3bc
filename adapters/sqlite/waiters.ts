import { ShortLivedSet } from '#shared/short-lived.ts';

/**
 * Those who wait for something to come: woken by who brings it, by a time, or by an abort. This is what saves the
 * SQLite adapters from polling.
 */
export class Waiters {
  readonly #waiting = new ShortLivedSet<() => void>();
  #wakes = 0;

  /** Take it before you look for what you want, and hand it to `wait`: what came while you looked is then not missed. */
  get mark(): number {
    return this.#wakes;
  }

  /** Wakes everybody; whoever finds nothing waits again. Bound, so that it can be passed on. */
  readonly wake = (): void => {
    this.#wakes++;
    if (this.#waiting.size === 0) return;
    for (const wake of this.#waiting.drain()) wake();
  };

  /** Resolves at the first `wake` since `mark`, after `milliseconds`, or at the abort, whichever is first. */
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
