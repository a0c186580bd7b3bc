import type { MessageRows } from './message-rows.ts';

/** How many messages of each tenant a consumer works on. */
export interface InFlight {
  get(tenant: string): number | undefined;
}

/**
 * Whose turn it is in a queue. Each tenant that has visible messages is ready; ready tenants are served one after the
 * other. So a receive costs the same however many messages of one tenant wait.
 *
 * This is memory only: the rows have the truth. A tenant may be ready although its visible messages were deleted; a
 * search then finds nothing. The reverse must not happen, so `forget` makes the next look read the rows again.
 */
export class Tenants {
  readonly #queue: string;
  readonly #rows: Pick<MessageRows, 'earliest' | 'nextTenant'>;
  /** In the order of their turns. */
  readonly #ready = new Set<string>();
  /** The earliest time at which a tenant that is not ready may have a visible message. Milliseconds since 1970. */
  readonly #later = new Map<string, number>();
  /** No time of `#later` is before this one. */
  #soonest = Number.POSITIVE_INFINITY;
  /** At this time, a message may be visible again whose tenant nobody noted. */
  #unnotedAt = Number.POSITIVE_INFINITY;
  #known = false;

  constructor(queue: string, rows: Pick<MessageRows, 'earliest' | 'nextTenant'>) {
    this.#queue = queue;
    this.#rows = rows;
  }

  /** The number of ready tenants. */
  get ready(): number {
    return this.#ready.size;
  }

  /** The earliest time at which another tenant may be ready. Infinite: no message waits. */
  get nextAt(): number {
    return Math.min(this.#soonest, this.#unnotedAt);
  }

  /** A message of the tenant is visible from this time on. */
  add(tenant: string, visibleAt: number, now: number): void {
    if (this.#ready.has(tenant)) return;
    if (visibleAt <= now) {
      this.#later.delete(tenant);
      this.#ready.add(tenant);
    } else if (visibleAt < (this.#later.get(tenant) ?? Number.POSITIVE_INFINITY)) {
      this.#later.set(tenant, visibleAt);
      this.#soonest = Math.min(this.#soonest, visibleAt);
    }
  }

  /** A message was received when it was sent. Most of them are deleted in time, so their tenants are not noted. */
  addClaimed(visibleAt: number): void {
    if (visibleAt < this.#unnotedAt) this.#unnotedAt = visibleAt;
  }

  /** The rows changed in a way that was not noted, or a change was rolled back. */
  readonly forget = (): void => {
    this.#known = false;
  };

  /** Finds the tenants that are ready now. Returns whether anything may have changed. */
  update(now: number): boolean {
    if (!this.#known || now >= this.#unnotedAt) {
      this.#read(now);
      return true;
    }
    if (now < this.#soonest) return false;
    this.#soonest = Number.POSITIVE_INFINITY;
    for (const [tenant, at] of this.#later) {
      if (at <= now) {
        this.#later.delete(tenant);
        this.#ready.add(tenant);
      } else {
        this.#soonest = Math.min(this.#soonest, at);
      }
    }
    return true;
  }

  /**
   * The tenant whose turn it is: of the ready tenants with the fewest messages in flight, the one that was not served
   * for the longest time. Undefined: no tenant is ready.
   */
  next(inFlight: InFlight): string | undefined {
    let first: string | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const tenant of this.#ready) {
      const count = inFlight.get(tenant) ?? 0;
      if (count >= fewest) continue;
      first = tenant;
      fewest = count;
      if (count === 0) break;
    }
    return first;
  }

  /** The tenant had its turn. If it has another visible message, it is served again after the others. */
  served(tenant: string, now: number): void {
    this.#ready.delete(tenant);
    const at = this.#rows.earliest(this.#queue, tenant);
    if (at !== undefined) this.add(tenant, at, now);
  }

  /** Reads each tenant's first message. Tenants that were ready keep their order; behind them, the oldest comes first. */
  #read(now: number): void {
    const heads = new Map<string, number>();
    for (let head = this.#rows.nextTenant(this.#queue, undefined); head !== undefined; ) {
      heads.set(head.tenant, head.at);
      head = this.#rows.nextTenant(this.#queue, head.tenant);
    }
    for (const tenant of this.#ready) if ((heads.get(tenant) ?? now + 1) > now) this.#ready.delete(tenant);
    this.#later.clear();
    this.#soonest = Number.POSITIVE_INFINITY;
    this.#unnotedAt = Number.POSITIVE_INFINITY;
    for (const [tenant, at] of [...heads].sort(([, one], [, other]) => one - other)) this.add(tenant, at, now);
    this.#known = true;
  }
}
