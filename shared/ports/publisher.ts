import type { DetailType, EventCatalog } from '#shared/generated/catalog.ts';
import type { BusEntry } from './event-bus.ts';

/** The fields that an event inherits from the event that caused it. */
export interface Lineage {
  readonly correlationId: string;
  readonly causationId?: string;
  readonly traceparent: string;
}

export interface EventOptions extends Lineage {
  readonly source: string;
  readonly subject?: string;
  /** Milliseconds since 1970. Default: the clock's time. */
  readonly now?: number;
}

/** Publishes events by their detail-type. The compiler checks the type of the data; `prepare` checks the data at run time. */
export interface Publisher {
  /** @throws InvalidEventError */
  prepare<Name extends DetailType>(type: Name, data: EventCatalog[Name], options: EventOptions): BusEntry;
  /**
   * Resolves when each entry is durable on the bus.
   *
   * @throws the error of the first refused entry.
   */
  publish(entries: readonly BusEntry[]): Promise<void>;
}
