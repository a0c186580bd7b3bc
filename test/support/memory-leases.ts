import type { Clock } from '#shared/ports/clock.ts';
import type { Leases } from '#shared/ports/leases.ts';

/** Leases of one process, for tests of those who want them. */
export class MemoryLeases implements Leases {
  readonly #clock: Clock;
  readonly #leases = new Map<string, { readonly owner: string; readonly until: number }>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async take(name: string, owner: string, milliseconds: number): Promise<boolean> {
    const now = this.#clock.now();
    const lease = this.#leases.get(name);
    if (lease !== undefined && lease.owner !== owner && lease.until > now) return false;
    this.#leases.set(name, { owner, until: now + milliseconds });
    return true;
  }

  async release(name: string, owner: string): Promise<void> {
    if (this.#leases.get(name)?.owner === owner) this.#leases.delete(name);
  }
}
