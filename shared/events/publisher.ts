import { StarlingError } from '#shared/errors.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { BusEntry, EventBus } from '#shared/ports/event-bus.ts';
import type { EventOptions, Publisher } from '#shared/ports/publisher.ts';
import { type DetailType, type EventCatalog, isOwnSource, schemaFor } from './catalog.ts';
import { envelope } from './envelope.ts';

/** The event does not fit its schema, or its source has no such event. Nothing was published. */
export class InvalidEventError extends StarlingError {
  readonly problem: string;

  constructor(source: string, detailType: string, problem: string) {
    super('INVALID_EVENT', `${detailType} from ${source} cannot be published: ${problem}.`);
    this.problem = problem;
  }
}

/**
 * Publishes events by name. The compiler checks their type, and the schema checks their data at run time.
 *
 * @example
 * const entry = publisher.prepare('TaskCancelRequested.v1', data, { source: 'starling.tasks', ...causedBy(event) });
 * await publisher.publish([entry]);
 */
export class EventPublisher implements Publisher {
  readonly #bus: EventBus;
  readonly #clock: Clock;

  constructor(bus: EventBus, clock: Clock) {
    this.#bus = bus;
    this.#clock = clock;
  }

  /** @throws InvalidEventError */
  prepare<Name extends DetailType>(type: Name, data: EventCatalog[Name], options: EventOptions): BusEntry {
    const { source } = options;
    const schema = schemaFor(source, type);
    if (schema === undefined) {
      if (isOwnSource(source)) throw new InvalidEventError(source, type, 'this source has no such event in schemas/');
    } else {
      const problem = schema.validate(data);
      if (problem !== undefined) throw new InvalidEventError(source, type, problem);
    }
    const now = options.now ?? this.#clock.now();
    const { subject, correlationId, causationId, traceparent } = options;
    const dataschema = schema?.dataschema;
    const detail = envelope(data, { source, type, subject, dataschema, correlationId, causationId, traceparent, now });
    return { source, detailType: type, detail, time: now };
  }

  /**
   * Resolves when every entry is durable on the bus.
   *
   * @throws the error of the first entry that the bus refused.
   */
  async publish(entries: readonly BusEntry[]): Promise<void> {
    for (const result of await this.#bus.put(entries)) if ('error' in result) throw result.error;
  }
}
