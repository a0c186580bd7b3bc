import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';
import { STEP_LIMIT } from './step.ts';

/** The number of rows that one transaction reads. Most have a body already, or point at a later event. */
const ROWS_PER_STEP = 2_000;

interface Look {
  /** Null when there is no row. */
  readonly last: number | null;
  readonly found: number;
}

/** Copies the text of an archived event into the messages that point at it. Use it only inside a transaction. */
export class MessageBodies {
  readonly #look: StatementSync;
  readonly #find: StatementSync;
  readonly #copy: StatementSync;

  /** A table of messages and its key, which only grows. */
  constructor(database: Database, { table, id }: { readonly table: string; readonly id: string }) {
    this.#look = database.prepare(
      `SELECT max(id) AS last, count(*) FILTER (WHERE event <= ?2) AS found
       FROM (SELECT ${id} AS id, event FROM ${table} WHERE ${id} > ?1 ORDER BY ${id} LIMIT ${ROWS_PER_STEP})`,
    );
    this.#find = database.prepare(
      `SELECT ${id} AS id, octet_length(events.event) AS bytes FROM ${table} AS m JOIN events ON position = m.event
       WHERE ${id} > ? AND ${id} <= ? AND m.event <= ? ORDER BY ${id} LIMIT ${STEP_LIMIT.rows}`,
    );
    this.#copy = database.prepare(
      `UPDATE ${table} SET body = (SELECT event FROM events WHERE position = ${table}.event), event = NULL WHERE ${id} = ?`,
    );
  }

  /** Copies as much as fits into a transaction. Returns the id after which to continue, or undefined at the end. */
  copyNext(after: number, upTo: number): number | undefined {
    const { last, found } = this.#look.get(after, upTo) as unknown as Look;
    if (last === null) return undefined;
    if (found === 0) return last;
    let bytes = 0;
    let copied = after;
    for (const row of this.#find.all(after, last, upTo)) {
      this.#copy.run(row.id as number);
      copied = Number(row.id);
      bytes += Number(row.bytes);
      if (bytes > STEP_LIMIT.bytes) return copied;
    }
    return found > STEP_LIMIT.rows ? copied : last;
  }

  /** Copies all bodies after `after`. Returns the last id in the table. */
  copyAll(after: number, upTo: number): number {
    let last = after;
    for (let next = this.copyNext(last, upTo); next !== undefined; next = this.copyNext(last, upTo)) last = next;
    return last;
  }
}
