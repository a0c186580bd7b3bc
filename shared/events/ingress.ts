import { uuidv7 } from '../ids.ts';
import type { Clock } from '../ports/clock.ts';
import type { BusEntry, EventBus, PutResult } from '../ports/event-bus.ts';
import type { Quarantine } from '../ports/quarantine.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { isOwnSource, schemaFor } from './catalog.ts';
import type { CloudEvent } from './envelope.ts';

export interface IngressOptions {
  readonly bus: Pick<EventBus, 'put'>;
  readonly quarantine: Pick<Quarantine, 'put'>;
  readonly clock: Clock;
  readonly metrics: Metrics;
  readonly log: Pick<Logger, 'warn'>;
  /** The door that producers come by, in counts. */
  readonly door: string;
  /** What the bus writes into its events. */
  readonly account: string;
  readonly region: string;
}

/**
 * The way of foreign producers onto the bus. An event that has a schema and does not fit it, or that bears a source of
 * Starling's without being one of its events, is taken, with an id of its own, but put into quarantine and not delivered:
 * the bus itself trusts what is put on it.
 */
export class EventIngress {
  readonly #options: IngressOptions;

  constructor(options: IngressOptions) {
    this.#options = options;
  }

  /** Answers per entry, in order, when all are durable on the bus or in quarantine. */
  async put(entries: readonly BusEntry[]): Promise<readonly PutResult[]> {
    const problems = entries.map(problemOf);
    const sound = entries.filter((_, index) => problems[index] === undefined);
    // Asked for in one turn, they are one commit.
    const [put, quarantined] = await Promise.all([
      sound.length > 0 ? this.#options.bus.put(sound) : [],
      Promise.all(
        entries.map((entry, index) => {
          const problem = problems[index];
          return problem === undefined ? undefined : this.#quarantine(entry, problem);
        }),
      ),
    ]);
    const results = put.values();
    return quarantined.map((result) => result ?? next(results));
  }

  async #quarantine(entry: BusEntry, problem: string): Promise<PutResult> {
    const { quarantine, clock, metrics, log, door, account, region } = this.#options;
    const now = clock.now();
    const id = uuidv7(now);
    const { source, detailType, time = now, resources = [], detail, detailText = JSON.stringify(detail) } = entry;
    const envelope = {
      version: '0',
      id,
      'detail-type': detailType,
      source,
      account,
      time: `${new Date(time).toISOString().slice(0, 19)}Z`,
      region,
      resources,
    };
    await quarantine.put(problem, `${JSON.stringify(envelope).slice(0, -1)},"detail":${detailText}}`);
    metrics.count('starling_quarantined_total', { function: door });
    log.warn('an event that breaks its contract was put into quarantine', { reason: problem, eventId: id });
    return { eventId: id };
  }
}

function next(results: Iterator<PutResult>): PutResult {
  const { value, done } = results.next();
  if (done) throw new Error('the bus left out the result of an entry');
  return value;
}

/** What is wrong with the event by its contract, for a person; it repeats none of its values. */
function problemOf({ source, detailType, detail }: BusEntry): string | undefined {
  const schema = schemaFor(source, detailType);
  if (schema !== undefined) return schema.validate((detail as CloudEvent).data);
  return isOwnSource(source) ? 'its source is one of Starling, which has no such event in schemas/' : undefined;
}
