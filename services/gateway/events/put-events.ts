import type { schemaFor } from '../../../shared/events/catalog.ts';
import { childTraceparent } from '../../../shared/events/envelope.ts';
import type { TakenEvent } from '../../../shared/events/put-answers.ts';
import { uuidv7 } from '../../../shared/ids.ts';
import { BlobTooLargeError } from '../../../shared/ports/blob-store.ts';
import { EntryRefusedError } from '../../../shared/ports/errors.ts';
import type { BusEntry, PutResult } from '../../../shared/ports/event-bus.ts';
import type { Runtime } from '../../../shared/runtime/runtime.ts';
import type { Metrics } from '../../../shared/telemetry/metrics.ts';
import type { ReadCloudEvent } from './cloud-event.ts';
import { EventRefusedError } from './errors.ts';
import { exactJson } from './json.ts';

export interface EventDoorParts extends Pick<Runtime, 'bus' | 'quarantine' | 'clock' | 'log'> {
  readonly metrics: Metrics;
  readonly schemaFor: typeof schemaFor;
}

/** Of one event, in the order in which they came. */
export type PutOutcome = TakenEvent | EventRefusedError;

/** Puts producers' events on the bus, or into quarantine; resolves when what it took is durable. */
export class EventDoor {
  readonly #parts: EventDoorParts;

  constructor(parts: EventDoorParts) {
    this.#parts = parts;
  }

  /** @param traceparent of the request, for events that have none of their own */
  async put(events: readonly ReadCloudEvent[], traceparent: string | undefined): Promise<readonly PutOutcome[]> {
    const { bus } = this.#parts;
    const prepared = events.map((event) => this.#prepare(event, traceparent));
    const good = prepared.flatMap(({ entry, problem }) => (problem === undefined ? [entry] : []));
    const results = good.length === 0 ? [] : await this.#attempt(() => bus.put(good));
    const next = results instanceof EventRefusedError ? undefined : results[Symbol.iterator]();
    return Promise.all(
      prepared.map(({ id, entry, problem }) => {
        if (problem !== undefined) return this.#quarantine(id, entry, problem);
        if (results instanceof EventRefusedError) return results;
        return this.#outcome(id, next?.next().value);
      }),
    );
  }

  /** Adds what events of the mesh have and this one lacks, so that consumers can follow it like any other. */
  #prepare(event: ReadCloudEvent, traceparent: string | undefined) {
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
    const detailText = exactJson(detail);
    // The validator knows plain numbers.
    const problem = schema?.validate((JSON.parse(detailText) as { readonly data?: unknown }).data);
    const entry: BusEntry = { source, detailType: type, detail, detailText };
    return { id, entry, problem };
  }

  async #quarantine(id: string, { source, detailType, detailText }: BusEntry, reason: string): Promise<PutOutcome> {
    const { quarantine, clock, log, metrics } = this.#parts;
    const now = clock.now();
    const eventId = uuidv7(now);
    // As consumers find it on their queues.
    const envelope = {
      version: '0',
      id: eventId,
      'detail-type': detailType,
      source,
      time: new Date(now).toISOString(),
    };
    const text = `${JSON.stringify(envelope).slice(0, -1)},"detail":${detailText}}`;
    const failed = await this.#attempt(() => quarantine.put(reason, text));
    if (failed instanceof EventRefusedError) return failed;
    metrics.count('starling_quarantined_total', { function: 'gateway' });
    log.warn('an event that breaks its contract was put into quarantine', { reason, eventId });
    return { id, eventId, quarantined: reason };
  }

  #outcome(id: string, result: PutResult | undefined): PutOutcome {
    if (result === undefined) return this.#refusal(new Error('the bus gave no answer for an event'));
    return 'error' in result ? this.#refusal(result.error) : { id, eventId: result.eventId };
  }

  async #attempt<Value>(action: () => Promise<Value>): Promise<Value | EventRefusedError> {
    try {
      return await action();
    } catch (error) {
      return this.#refusal(error);
    }
  }

  #refusal(error: unknown): EventRefusedError {
    const cause = error;
    if (error instanceof EntryRefusedError) return new EventRefusedError(400, error.code, error.message, { cause });
    if (error instanceof BlobTooLargeError) {
      return new EventRefusedError(413, 'EVENT_TOO_LARGE', 'The event is larger than the mesh can carry.', { cause });
    }
    this.#parts.log.error('an event was not taken', { error });
    return new EventRefusedError(503, 'UNAVAILABLE', 'The mesh cannot take the event now. Send it again.', { cause });
  }
}
