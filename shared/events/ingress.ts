import { uuidv7 } from '#shared/ids.ts';
import { isoTime } from '#shared/iso-time.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { BusEntry, EventBus } from '#shared/ports/event-bus.ts';
import type { Quarantine } from '#shared/ports/quarantine.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { Counters } from '#shared/telemetry/metrics.ts';
import { eventProblem, isOwnSource, type schemaFor } from './catalog.ts';
import type { CloudEvent } from './envelope.ts';

export interface IngressOptions {
  readonly bus: Pick<EventBus, 'put'>;
  readonly quarantine: Pick<Quarantine, 'put'>;
  readonly clock: Clock;
  readonly metrics: Counters;
  readonly log: Pick<Logger, 'warn'>;
  /** The API by which the event arrived, as metrics name it. */
  readonly door: string;
  readonly schemaFor: typeof schemaFor;
}

/** The outcome of an entry. */
export type IngressResult =
  /** The entry is on the bus, or in quarantine for this reason. */
  | { readonly eventId: string; readonly quarantined?: string }
  /** An `EntryRefusedError`, or the error of the store. */
  | { readonly error: unknown };

interface CheckedEntry {
  readonly entry: BusEntry;
  /** How the event breaks its contract, for a person. The text has no values of the event. */
  readonly problem: string | undefined;
}

/**
 * Puts the events of foreign producers on the bus, for every API that they use. An event goes into quarantine, with an id, and
 * is not delivered when it breaks its schema, or when it has a source of Starling but is no event of it. The bus itself does
 * not check events.
 */
export class EventIngress {
  readonly #options: IngressOptions;

  constructor(options: IngressOptions) {
    this.#options = options;
  }

  /** Returns an outcome per entry, in order, when each is durable on the bus or in quarantine, or has failed. */
  async put(entries: readonly BusEntry[]): Promise<readonly IngressResult[]> {
    const checked = entries.map((entry) => this.#check(entry));
    const sound = checked.flatMap(({ entry, problem }) => (problem === undefined ? [entry] : []));
    // Calls in the same turn of the event loop share one commit.
    const [put, quarantined] = await Promise.all([
      this.#put(sound),
      Promise.all(
        checked.map(({ entry, problem }) => (problem === undefined ? undefined : this.#quarantine(entry, problem))),
      ),
    ]);
    const results = put.values();
    return quarantined.map((result) => result ?? next(results));
  }

  #check(entry: BusEntry): CheckedEntry {
    const { source, detailType } = entry;
    const schema = this.#options.schemaFor(source, detailType);
    if (schema === undefined) {
      const problem = isOwnSource(source)
        ? 'its source is one of Starling, which has no such event in schemas/'
        : undefined;
      return { entry, problem };
    }
    const { detail, detailText = JSON.stringify(detail) } = entry;
    return { entry, problem: eventProblem(schema, detail as Partial<CloudEvent>, detailText) };
  }

  async #put(entries: readonly BusEntry[]): Promise<readonly IngressResult[]> {
    if (entries.length === 0) return [];
    try {
      return await this.#options.bus.put(entries);
    } catch (error) {
      return entries.map(() => ({ error }));
    }
  }

  /** Keeps the event in the form of the bus, without `account` and `region`, which only the bus adds. */
  async #quarantine(entry: BusEntry, reason: string): Promise<IngressResult> {
    const { quarantine, clock, metrics, log, door } = this.#options;
    const now = clock.now();
    const eventId = uuidv7(now);
    const { source, detailType, time = now, resources = [], detail, detailText = JSON.stringify(detail) } = entry;
    const envelope = {
      version: '0',
      id: eventId,
      'detail-type': detailType,
      source,
      time: `${isoTime(time).slice(0, 19)}Z`,
      resources,
    };
    try {
      await quarantine.put(reason, `${JSON.stringify(envelope).slice(0, -1)},"detail":${detailText}}`);
    } catch (error) {
      return { error };
    }
    metrics.count('starling_quarantined_total', { function: door });
    log.warn('an event that breaks its contract was put into quarantine', { reason, eventId });
    return { eventId, quarantined: reason };
  }
}

function next(results: Iterator<IngressResult>): IngressResult {
  const { value, done } = results.next();
  if (done) throw new Error('the bus left out the result of an entry');
  return value;
}
