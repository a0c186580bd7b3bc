import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';

/** The number of rows that are counted of each kind. A longer count would hold up calls. */
const COUNTED = 100_000;

/** The data that retention cannot delete. Each kind is counted up to 100,000. */
export class KeptContents {
  readonly #openTasks: StatementSync;
  readonly #messages: StatementSync;
  readonly #sideEffects: StatementSync;

  constructor(database: Database) {
    this.#openTasks = database.prepare(
      `SELECT count(*) AS count FROM (SELECT 1 FROM tasks WHERE open = 1 LIMIT ${COUNTED})`,
    );
    this.#messages = database.prepare(
      `SELECT queue, count(*) AS count FROM (SELECT * FROM (SELECT queue FROM messages LIMIT ${COUNTED})
       UNION ALL SELECT * FROM (SELECT queue FROM fifo_messages LIMIT ${COUNTED}))
       GROUP BY queue ORDER BY count DESC LIMIT 5`,
    );
    this.#sideEffects = database.prepare(`SELECT count(*) AS count FROM (SELECT 1 FROM idempotency LIMIT ${COUNTED})`);
  }

  describe(): Readonly<Record<string, number | Record<string, number>>> {
    return {
      openTasks: Number(this.#openTasks.get()?.count),
      messages: Object.fromEntries(this.#messages.all().map(({ queue, count }) => [String(queue), Number(count)])),
      idempotency: Number(this.#sideEffects.get()?.count),
    };
  }
}
