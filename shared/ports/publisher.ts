import type { DetailType, EventCatalog } from '#shared/generated/catalog.ts';
import type { BusEntry } from './event-bus.ts';

/** What an event takes over from what led to it. */
export interface Lineage {
  readonly correlationId: string;
  readonly causationId?: string;
  readonly traceparent: string;
}

export interface EventOptions extends Lineage {
  readonly source: string;
  readonly subject?: string;
  /** Milliseconds since 1970; the clock's time when not given. */
  readonly now?: number;
}

/** Publishes events by their detail-type. Their types are checked at compile time, their data at run time. */
export interface Publisher {
  /** @throws InvalidEventError */
  prepare<Name extends DetailType>(type: Name, data: EventCatalog[Name], options: EventOptions): BusEntry;
  /**
   * Resolves when every entry is durable on the bus.
   *
   * @throws the error of the first entry that the bus refused.
   */
  publish(entries: readonly BusEntry[]): Promise<void>;
}
