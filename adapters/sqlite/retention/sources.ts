import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';
import type { ReferencedEvents } from './referenced-events.ts';
import { sampleRanges } from './samples.ts';
import { hasRoom, type Quotas } from './shares.ts';
import { STEP_LIMIT, type Work } from './step.ts';

/** The number of events that one transaction reads. */
const EVENTS = 500;
/** The approximate bytes of a row beside its event. */
const ROW_BYTES = 100;

/** The sources of the mesh itself. Their events belong to tasks, or are small. */
const ownSource = `source LIKE 'starling.%'`;
/** No event has this source. */
export const OWN_SOURCES = '';
const bytes = `${ROW_BYTES} + octet_length(event)`;

/** The place where a step begins. A step may run twice, so it changes no cursor. */
interface Cursor {
  readonly after: number;
  /** Bytes that each source still has to give. */
  readonly left: Quotas;
}

interface Row {
  readonly position: number;
  readonly source: string;
  readonly bytes: number;
}

/** Archived events of other producers, by their sources. */
export class SourcePruner {
  readonly #bounds: StatementSync;
  readonly #measure: StatementSync;
  readonly #page: StatementSync;
  readonly #delete: StatementSync;

  constructor(database: Database) {
    this.#bounds = database.prepare('SELECT min(position) AS first, max(position) AS last FROM events');
    this.#measure = database.prepare(
      `SELECT iif(${ownSource}, '${OWN_SOURCES}', source) AS source, total(${bytes}) AS bytes FROM events
       WHERE position BETWEEN ? AND ? GROUP BY 1`,
    );
    this.#page = database.prepare(
      `SELECT position, source, ${bytes} AS bytes FROM events WHERE position > ? AND position <= ?
       ORDER BY position LIMIT ${EVENTS}`,
    );
    this.#delete = database.prepare('DELETE FROM events WHERE position = ?');
  }

  /** The bytes of each source. All sources of the mesh are one, named `OWN_SOURCES`. */
  async bytesOf(work: Work): Promise<ReadonlyMap<string, number>> {
    const sources = new Map<string, number>();
    const { first, last } = await work.read(() => this.#bounds.get() as { first: number | null; last: number | null });
    if (first === null || last === null) return sources;
    await sampleRanges(work, first, last, (from, to, weight) => {
      for (const { source, bytes } of this.#measure.all(from, to)) {
        sources.set(String(source), (sources.get(String(source)) ?? 0) + Number(bytes) * weight);
      }
    });
    return sources;
  }

  /** Deletes the oldest events of each source, up to a position, until about so many bytes are gone. */
  async prune(work: Work, quotas: Quotas, upTo: number, referenced: ReferencedEvents): Promise<void> {
    const first: Cursor = { after: 0, left: quotas };
    await work.run('events', first, ({ after, left }) => {
      const rows = this.#page.all(after, upTo) as unknown as Row[];
      const still = new Map(left);
      const reached = { after, left: still };
      let pruned = 0;
      let bytes = 0;
      for (const { position, source, bytes: size } of rows) {
        if (bytes > STEP_LIMIT.bytes) return { pruned, next: reached };
        reached.after = position;
        const room = still.get(source) ?? 0;
        if (room <= 0 || referenced.has(position)) continue;
        this.#delete.run(position);
        still.set(source, room - size);
        bytes += size;
        pruned++;
      }
      return { pruned, next: rows.length < EVENTS || !hasRoom(still) ? undefined : reached };
    });
  }
}
