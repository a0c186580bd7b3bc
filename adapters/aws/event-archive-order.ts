import type { ArchivedEvent } from '#shared/ports/event-bus.ts';

/** An event in CloudWatch Logs. Times are milliseconds since 1970. */
export interface LoggedEvent {
  /** The time of the event, as EventBridge tells it. */
  readonly timestamp: number;
  /** The time at which CloudWatch Logs stored it. */
  readonly ingested: number;
  readonly message: string;
}

/**
 * Milliseconds. An event that arrives later than this after its time is not shown. Without a bound, each search for new
 * events would read all old events. The bound covers the first retries of EventBridge and the events that the sweeper
 * publishes again.
 */
export const LATE_MS = 120_000;
/** Milliseconds by which the clock of a producer may be ahead. */
export const AHEAD_MS = 60_000;
/** Characters of the events that wait. A log group may have far more in three minutes. */
const MAX_WAITING = 32 * 1024 * 1024;
/** Positions in one second. PutEvents takes about 10,000 events a second from an account. */
const PLACES = 100_000;

export function secondOf(position: number): number {
  return Math.floor(position / PLACES);
}

/** The events that arrived in one second, and their characters. */
interface Second {
  readonly events: LoggedEvent[];
  characters: number;
}

/**
 * Sorts events by the time of their arrival and gives them positions. The input has the order of their timestamps. A
 * position is the second of the arrival, times 100,000, plus the number of the event in this second, from 1. So an
 * event has the same position in every reading that has its whole second.
 */
export class ArrivalOrder {
  readonly #from: number;
  #to: number;
  readonly #maxWaiting: number;
  /**
   * Events by the second of their arrival. At most three minutes wait, so a page goes over few seconds and not over all
   * events.
   */
  readonly #waiting = new Map<number, Second>();
  /** Characters of all waiting events. */
  #characters = 0;

  /** Orders the events that arrived from one second to another. Both seconds are included. */
  constructor(from: number, to: number, maxWaiting = MAX_WAITING) {
    this.#from = from;
    this.#to = to;
    this.#maxWaiting = maxWaiting;
  }

  /**
   * The last second whose events it takes. It may be earlier than the second of the constructor: if too much waits, the
   * latest seconds are dropped, and another reading must begin after this second. One second always stays whole,
   * because positions count in it.
   */
  get to(): number {
    return this.#to;
  }

  add(event: LoggedEvent): void {
    const { timestamp, ingested } = event;
    const second = Math.floor(ingested / 1_000);
    const delay = ingested - timestamp;
    if (second < this.#from || second > this.#to || delay < -AHEAD_MS || delay > LATE_MS) return;
    const its = this.#waiting.get(second) ?? { events: [], characters: 0 };
    this.#waiting.set(second, its);
    its.events.push(event);
    its.characters += event.message.length;
    this.#characters += event.message.length;
    while (this.#characters > this.#maxWaiting && this.#waiting.size > 1) this.#dropLatest();
  }

  #dropLatest(): void {
    const latest = Math.max(...this.#waiting.keys());
    this.#take(latest);
    this.#to = latest - 1;
  }

  #take(second: number): readonly LoggedEvent[] {
    const { events, characters } = this.#waiting.get(second) ?? { events: [], characters: 0 };
    this.#waiting.delete(second);
    this.#characters -= characters;
    return events;
  }

  /** Returns the events of each second that is complete when all events with an earlier timestamp have been added. */
  release(timestamp: number): ArchivedEvent[] {
    const open = Math.floor((timestamp - AHEAD_MS) / 1_000);
    const released: ArchivedEvent[] = [];
    const whole = [...this.#waiting.keys()].filter((second) => second < open).sort((a, b) => a - b);
    for (const second of whole) {
      // The sort is stable. CloudWatch Logs always returns the events of one millisecond in the same order.
      const events = this.#take(second).toSorted((a, b) => a.ingested - b.ingested);
      for (const [index, { message }] of events.entries()) {
        released.push({ position: second * PLACES + Math.min(index + 1, PLACES - 1), event: message });
      }
    }
    return released;
  }
}
