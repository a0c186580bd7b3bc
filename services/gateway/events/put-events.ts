import type { schemaFor } from '#shared/events/catalog.ts';
import { childTraceparent } from '#shared/events/envelope.ts';
import { EventIngress } from '#shared/events/ingress.ts';
import type { TakenEvent } from '#shared/events/put-answers.ts';
import { BlobTooLargeError } from '#shared/ports/blob-store.ts';
import { EntryRefusedError, isStoreUnavailable } from '#shared/ports/errors.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import type { Metrics } from '#shared/telemetry/metrics.ts';
import type { ReadCloudEvent } from './cloud-event.ts';
import { EventRefusedError } from './errors.ts';

export interface EventDoorParts extends Pick<Runtime, 'bus' | 'quarantine' | 'clock' | 'log'> {
  readonly metrics: Metrics;
  readonly schemaFor: typeof schemaFor;
}

/** The outcome of one event. Outcomes have the order of the events. */
export type PutOutcome = TakenEvent | EventRefusedError;

/** Puts producers' events on the bus, or into quarantine. It resolves when the accepted events are durable. */
export class EventDoor {
  readonly #parts: EventDoorParts;
  readonly #ingress: EventIngress;

  constructor(parts: EventDoorParts) {
    this.#parts = parts;
    this.#ingress = new EventIngress({ ...parts, door: 'gateway' });
  }

  /** @param traceparent trace context of the request, for events without their own */
  async put(events: readonly ReadCloudEvent[], traceparent: string | undefined): Promise<readonly PutOutcome[]> {
    const results = await this.#ingress.put(events.map((event) => this.#entry(event, traceparent)));
    // When the bus is unavailable, many events share one error.
    const refusals = new Map<unknown, EventRefusedError>();
    return events.map(({ id }, index) => {
      const result = results[index];
      if (result !== undefined && 'eventId' in result) return { id, ...result };
      const error = result?.error;
      const refusal = refusals.get(error) ?? this.#refusal(error);
      refusals.set(error, refusal);
      return refusal;
    });
  }

  /** Adds the fields of the mesh's own events that this one lacks, so that consumers can follow it like any other. */
  #entry(event: ReadCloudEvent, traceparent: string | undefined): BusEntry {
    const { source, type, id } = event;
    const schema = this.#parts.schemaFor(source, type);
    const detail = {
      time: new Date(this.#parts.clock.now()).toISOString(),
      ...('data' in event && { datacontenttype: 'application/json' }),
      ...(schema !== undefined && { dataschema: schema.dataschema }),
      correlationid: id,
      traceparent: childTraceparent(traceparent),
      ...event,
    };
    return { source, detailType: type, detail, detailText: JSON.stringify(detail) };
  }

  #refusal(error: unknown): EventRefusedError {
    const cause = error;
    if (error instanceof EntryRefusedError) return new EventRefusedError(400, error.code, error.message, { cause });
    if (error instanceof BlobTooLargeError) {
      return new EventRefusedError(413, 'EVENT_TOO_LARGE', 'The event is larger than the mesh can carry.', { cause });
    }
    if (!isStoreUnavailable(error)) this.#parts.log.error('an event was not taken', { error });
    return new EventRefusedError(503, 'UNAVAILABLE', 'The mesh cannot take the event now. Send it again.', { cause });
  }
}
