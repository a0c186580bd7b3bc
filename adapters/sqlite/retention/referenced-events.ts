import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';
import type { Work } from './step.ts';

/** The number of rows that one read returns. */
const ROWS = 2_000;

/** Positions of archived events, in ascending order. */
export interface ReferencedEvents {
  has(position: number): boolean;
}

/**
 * The events whose texts are the bodies of messages. Later messages point at later events only, or took their event from
 * an earlier message.
 */
export class EventReferences {
  readonly #pages: readonly StatementSync[];

  constructor(database: Database) {
    this.#pages = [
      ['messages', 'id'],
      ['fifo_messages', 'sequence'],
    ].map(([table, id]) =>
      database.prepare(`SELECT ${id} AS id, event FROM ${table} WHERE ${id} > ? ORDER BY ${id} LIMIT ${ROWS}`),
    );
  }

  async read(work: Work): Promise<ReferencedEvents> {
    const positions: number[] = [];
    for (const page of this.#pages) {
      for (let after = 0; !work.isStopped; ) {
        const rows = await work.read(() => page.all(after));
        for (const { event } of rows) if (event !== null) positions.push(Number(event));
        if (rows.length < ROWS) break;
        after = Number(rows.at(-1)?.id);
        await work.pause();
      }
    }
    // An array of a million numbers takes a fifth of the memory of a set.
    const sorted = Float64Array.from(positions).sort();
    return { has: (position) => includes(sorted, position) };
  }
}

function includes(sorted: Float64Array, value: number): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value;
}
