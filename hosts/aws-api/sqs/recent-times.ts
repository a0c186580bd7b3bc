import type { Clock } from '#shared/ports/clock.ts';

/** The names that were added within a time. It keeps no older ones. */
export class RecentTimes {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  /** Milliseconds since 1970, ordered by time. */
  readonly #times = new Map<string, number>();

  constructor(clock: Clock, lifeMs: number) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
  }

  has(name: string): boolean {
    const at = this.#times.get(name);
    return at !== undefined && this.#clock.now() - at < this.#lifeMs;
  }

  delete(name: string): void {
    this.#times.delete(name);
  }

  add(name: string): void {
    const now = this.#clock.now();
    this.#times.delete(name);
    this.#times.set(name, now);
    for (const [old, at] of this.#times) {
      if (now - at < this.#lifeMs) return;
      this.#times.delete(old);
    }
  }
}
