import type { ArchivedEvent } from '#shared/ports/event-bus.ts';

/** An event as CloudWatch Logs has it. Times in milliseconds since 1970. */
export interface LoggedEvent {
  /** When it happened, as EventBridge says. */
  readonly timestamp: number;
  /** When CloudWatch Logs took it in. */
  readonly ingested: number;
  readonly message: string;
}

/**
 * An event that comes in so long after its time is not shown: without a bound, each look at what is new would read all that
 * is old. It covers EventBridge's first retries and the sweeper's republishing.
 */
export const LATE_MS = 120_000;
/** A producer's clock may be ahead by so much. */
export const AHEAD_MS = 60_000;
/** Characters of the events that wait. A log group may have far more in three minutes. */
const MAX_WAITING = 32 * 1024 * 1024;
/** Places in one second. PutEvents takes some 10,000 a second from an account. */
const PLACES = 100_000;

export function secondOf(position: number): number {
  return Math.floor(position / PLACES);
}

/**
 * Brings events, which come by their timestamps, into the order in which they came in, and gives them positions: the second
 * of their coming in, times 100,000, plus their place in it from 1. So the position of an event is the same in every
 * reading that has the whole of its second.
 */
export class ArrivalOrder {
  readonly #from: number;
  #to: number;
  readonly #maxWaiting: number;
  /** By the second of their coming in. At most three minutes wait, so a page looks at few seconds, not at all events. */
  readonly #waiting = new Map<number, LoggedEvent[]>();
  /** Characters of the waiting events, in all and by second. */
  #sum = 0;
  readonly #sums = new Map<number, number>();

  /** Orders the events that came in from one second to another, both included. */
  constructor(from: number, to: number, maxWaiting = MAX_WAITING) {
    this.#from = from;
    this.#to = to;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * The last second whose events it takes. This may be earlier than asked for: if too much waits, the latest seconds are
   * dropped, and another reading must begin after this one. One second is always kept whole, because positions count in it.
   */
  get to(): number {
    return this.#to;
  }

  add(event: LoggedEvent): void {
    const { timestamp, ingested } = event;
    const second = Math.floor(ingested / 1_000);
    const delay = ingested - timestamp;
    if (second < this.#from || second > this.#to || delay < -AHEAD_MS || delay > LATE_MS) return;
    const its = this.#waiting.get(second);
    if (its) its.push(event);
    else this.#waiting.set(second, [event]);
    this.#count(second, event.message.length);
    while (this.#sum > this.#maxWaiting && this.#waiting.size > 1) this.#dropLatest();
  }

  #count(second: number, characters: number): void {
    this.#sum += characters;
    this.#sums.set(second, (this.#sums.get(second) ?? 0) + characters);
  }

  #forget(second: number): void {
    this.#waiting.delete(second);
    this.#sum -= this.#sums.get(second) ?? 0;
    this.#sums.delete(second);
  }

  #dropLatest(): void {
    const latest = Math.max(...this.#waiting.keys());
    this.#forget(latest);
    this.#to = latest - 1;
  }

  /** The events of all seconds that are whole once everything with a timestamp under `timestamp` was added. */
  release(timestamp: number): ArchivedEvent[] {
    const open = Math.floor((timestamp - AHEAD_MS) / 1_000);
    const released: ArchivedEvent[] = [];
    const whole = [...this.#waiting.keys()].filter((second) => second < open).sort((a, b) => a - b);
    for (const second of whole) {
      // A stable sort: among those of a millisecond, the order in which CloudWatch Logs gives them is always the same.
      const events = (this.#waiting.get(second) ?? []).sort((a, b) => a.ingested - b.ingested);
      this.#forget(second);
      for (const [index, { message }] of events.entries()) {
        released.push({ position: second * PLACES + Math.min(index + 1, PLACES - 1), event: message });
      }
    }
    return released;
  }
}
