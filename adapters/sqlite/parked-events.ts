import type { StatementSync } from 'node:sqlite';
import type { AgentEvent } from '#shared/ports/task.ts';
import { type Amount, passedParkedBound } from '#shared/tasks/bounds.ts';
import type { Database } from './database.ts';
import type { TaskRow } from './task-rows.ts';

/** Rows that one transaction deletes of a task that has ended. The others follow in later transactions. */
const FORGOTTEN_AT_ONCE = 100;

const NOTHING: Amount = { events: 0, bytes: 0 };

/** Events that came before their turn, and wait for the events before them. Use it only inside transactions. */
export class ParkedEvents {
  readonly #database: Database;
  /**
   * How much each task has parked. Few tasks have anything, and this spares a search for every event. Undefined: the rows
   * must be counted.
   */
  readonly #amounts = new Map<number, Amount | undefined>();
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #delete: StatementSync;
  readonly #count: StatementSync;
  readonly #forget: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    const place = 'task = ? AND turn = ? AND attempt = ? AND sequence = ?';
    this.#insert = database.prepare(
      'INSERT OR IGNORE INTO task_parked (task, turn, attempt, sequence, event) VALUES (?, ?, ?, ?, ?)',
    );
    this.#select = database.prepare(`SELECT event FROM task_parked WHERE ${place}`);
    this.#delete = database.prepare(`DELETE FROM task_parked WHERE ${place}`);
    this.#count = database.prepare(
      'SELECT count(*) AS events, total(octet_length(event)) AS bytes FROM task_parked WHERE task = ?',
    );
    this.#forget = database.prepare(
      `DELETE FROM task_parked WHERE (task, turn, attempt, sequence) IN
         (SELECT task, turn, attempt, sequence FROM task_parked WHERE task = ? LIMIT ${FORGOTTEN_AT_ONCE})`,
    );
    for (const { task } of database.prepare('SELECT DISTINCT task FROM task_parked').iterate()) {
      this.#amounts.set(Number(task), undefined);
    }
  }

  /** Parks an event, unless it is parked already. Returns the bound that the task passes with it; then nothing changed. */
  put(row: number, event: AgentEvent): string | undefined {
    const { turn, attempt, sequence } = event.data;
    const text = JSON.stringify(event);
    const before = this.#amountOf(row);
    const after = { events: before.events + 1, bytes: before.bytes + Buffer.byteLength(text) };
    const bound = passedParkedBound(after);
    if (bound !== undefined) return this.#select.get(row, turn, attempt, sequence) === undefined ? bound : undefined;
    const { changes } = this.#insert.run(row, turn, attempt, sequence, text);
    if (Number(changes) > 0) this.#note(row, after);
    return undefined;
  }

  /** The text of the next event in order, if it has arrived. */
  next({ row, task }: TaskRow): string | undefined {
    if (!this.#amounts.has(row)) return undefined;
    const parked = this.#select.get(row, task.turn, task.attempt, task.sequence + 1);
    return parked === undefined ? undefined : String(parked.event);
  }

  /** Removes an event that `next` returned. */
  take(row: number, { data: { turn, attempt, sequence } }: AgentEvent, text: string): void {
    const { events, bytes } = this.#amountOf(row);
    this.#delete.run(row, turn, attempt, sequence);
    this.#note(row, { events: events - 1, bytes: bytes - Buffer.byteLength(text) });
  }

  /** Removes the events of a task that has ended. A crash can leave some. Retention removes them with the task. */
  forget(row: number): void {
    if (!this.#amounts.has(row)) return;
    const { changes } = this.#forget.run(row);
    if (Number(changes) < FORGOTTEN_AT_ONCE) this.#note(row, NOTHING);
    else this.#database.afterDurable(() => void this.#database.writeLazily(() => this.forget(row)).catch(() => {}));
  }

  #amountOf(row: number): Amount {
    if (!this.#amounts.has(row)) return NOTHING;
    return this.#amounts.get(row) ?? (this.#count.get(row) as unknown as Amount);
  }

  #note(row: number, amount: Amount): void {
    if (amount.events > 0) this.#amounts.set(row, amount);
    else this.#amounts.delete(row);
    this.#database.onRollback(() => this.#amounts.set(row, undefined));
  }
}
