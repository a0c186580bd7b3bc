import { uuidv7 } from '#shared/ids.ts';
import { isoTime } from '#shared/iso-time.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { BusEntry, EventBus } from '#shared/ports/event-bus.ts';
import type { Quarantine } from '#shared/ports/quarantine.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { Metrics } from '#shared/telemetry/metrics.ts';
import { isOwnSource, type schemaFor } from './catalog.ts';
import type { CloudEvent } from './envelope.ts';

export interface IngressOptions {
  readonly bus: Pick<EventBus, 'put'>;
  readonly quarantine: Pick<Quarantine, 'put'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Pick<Logger, 'warn'>;
  /** The door that producers come by, in counts. */
  readonly door: string;
  readonly schemaFor: typeof schemaFor;
}

/** What became of an entry. */
export type IngressResult =
  /** It is on the bus, or in quarantine for the reason given. */
  | { readonly eventId: string; readonly quarantined?: string }
  /** Neither: an `EntryRefusedError`, or why the store did not take it. */
  | { readonly error: unknown };

interface CheckedEntry {
  readonly entry: BusEntry;
  /** What is wrong with the event by its contract, for a person; it repeats none of its values. */
  readonly problem: string | undefined;
}

/**
 * The way of foreign producers onto the bus, whichever door they come by. An event that has a schema and does not fit it, or
 * that bears a source of Starling's without being one of its events, is taken, with an id of its own, but put into quarantine
 * and not delivered: the bus itself trusts what is put on it.
 */
export class EventIngress {
  readonly #options: IngressOptions;

  constructor(options: IngressOptions) {
    this.#options = options;
  }

  /** Answers per entry, in order, when all are durable on the bus or in quarantine, or have failed. */
  async put(entries: readonly BusEntry[]): Promise<readonly IngressResult[]> {
    const checked = entries.map((entry) => this.#check(entry));
    const sound = checked.flatMap(({ entry, problem }) => (problem === undefined ? [entry] : []));
    // Asked for in one turn, they are one commit.
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
    const { source, detailType, detailText } = entry;
    const schema = this.#options.schemaFor(source, detailType);
    if (schema === undefined) {
      const problem = isOwnSource(source)
        ? 'its source is one of Starling, which has no such event in schemas/'
        : undefined;
      return { entry, problem };
    }
    // What has a schema is read by code that knows plain numbers only; the rules see every other event to the last digit.
    const plain: BusEntry = detailText === undefined ? entry : { ...entry, detail: JSON.parse(detailText) as object };
    return { entry: plain, problem: schema.validate((plain.detail as CloudEvent).data) };
  }

  async #put(entries: readonly BusEntry[]): Promise<readonly IngressResult[]> {
    if (entries.length === 0) return [];
    try {
      return await this.#options.bus.put(entries);
    } catch (error) {
      return entries.map(() => ({ error }));
    }
  }

  /** As its consumers would have found it, but for account and region, which the bus adds and this event never reached. */
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
