/**
 * Those who wait for something to come: woken by who brings it, by a time, or by an abort. This is what saves the
 * embedded adapters from polling.
 */
export class Waiters {
  readonly #waiting = new Set<() => void>();

  get size(): number {
    return this.#waiting.size;
  }

  /** Wakes everybody; whoever finds nothing waits again. */
  wake(): void {
    const woken = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of woken) wake();
  }

  /** Resolves at the next `wake`, after `milliseconds`, or at the abort, whichever is first. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted || milliseconds <= 0) return Promise.resolve();
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
