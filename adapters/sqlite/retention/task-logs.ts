import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';
import { readPage } from '../page.ts';
import { pointedEntry } from '../task-rows.ts';
import { type Cost, endOfStep, STEP_LIMIT, type Step, type Work } from './step.ts';

/** The largest number of tasks whose logs one transaction deletes. */
const TASKS = 500;
/** The number of tasks that one transaction searches for logs without a task. */
const ROWS_PER_STEP = 500;
/** The number of entries that one read copies. */
const COPIED = 50;

interface Pointing {
  readonly position: number;
  readonly turn: number;
  readonly attempt: number;
  readonly entry: string | null;
  readonly event: string;
}

/** The logs of deleted tasks, and the events that the logs of other tasks point at. */
export class TaskLogs {
  readonly #pointing: StatementSync;
  readonly #copy: StatementSync;
  readonly #tasks: StatementSync;
  readonly #first: StatementSync;
  readonly #cost: StatementSync;
  readonly #delete: StatementSync;
  readonly #firstEntry: StatementSync;
  readonly #costOfEntries: StatementSync;
  readonly #deleteEntries: StatementSync;

  constructor(database: Database) {
    this.#pointing = database.prepare(
      `SELECT l.position, l.turn, l.attempt, l.entry, e.event FROM task_log l JOIN events e ON e.position = l.event
       WHERE l.task = ? AND l.event <= ? ORDER BY l.position LIMIT ${COPIED}`,
    );
    this.#copy = database.prepare('UPDATE task_log SET event = NULL, entry = ? WHERE task = ? AND position = ?');
    this.#tasks = database.prepare(
      `SELECT task FROM tasks WHERE task > ? AND task <= ? ORDER BY task LIMIT ${ROWS_PER_STEP}`,
    );
    this.#first = database.prepare('SELECT min(task) AS task FROM task_log WHERE task > ? AND task < ?');
    const range = 'FROM task_log WHERE task BETWEEN ? AND ?';
    this.#cost = database.prepare(`SELECT count(*) AS rows, total(octet_length(entry)) AS bytes ${range}`);
    this.#delete = database.prepare(`DELETE ${range}`);
    const entries = 'FROM task_log WHERE task = ? AND position BETWEEN ? AND ?';
    this.#firstEntry = database.prepare('SELECT min(position) AS position FROM task_log WHERE task = ?');
    this.#costOfEntries = database.prepare(`SELECT count(*) AS rows, total(octet_length(entry)) AS bytes ${entries}`);
    this.#deleteEntries = database.prepare(`DELETE ${entries}`);
  }

  /**
   * Copies the entries whose events are at positions up to `position`, about as many bytes as fit. Use it only inside a
   * transaction.
   */
  copyEvents(task: number, position: number, room: number): { readonly bytes: number; readonly all: boolean } {
    let bytes = 0;
    for (;;) {
      if (bytes >= room) return { bytes, all: false };
      const { rows, isCut } = readPage<Pointing>(this.#pointing.iterate(task, position), ({ event }) => event.length);
      for (const entry of rows) {
        const text = JSON.stringify(pointedEntry(entry.event, entry));
        this.#copy.run(text, task, entry.position);
        bytes += text.length;
      }
      if (!isCut && rows.length < COPIED) return { bytes, all: true };
    }
  }

  /** Deletes the logs of deleted tasks, up to the row of a task. */
  prune(work: Work, end: number): Promise<boolean> {
    return work.run('tasks', 0, (after) => this.#pruneAfter(after, end));
  }

  #pruneAfter(after: number, end: number): Step<number> {
    const tasks = this.#tasks.all(after, end).map(({ task }) => Number(task));
    let rows = 0;
    let from = after;
    for (const to of tasks.length < ROWS_PER_STEP ? [...tasks, end + 1] : tasks) {
      while (to - from > 1) {
        const first = this.#first.get(from, to)?.task;
        if (typeof first !== 'number') break;
        if (rows >= STEP_LIMIT.rows) return { pruned: 0, next: from };
        rows += this.#deleteFrom(first, to - 1);
      }
      from = to;
    }
    return { pruned: 0, next: tasks.length < ROWS_PER_STEP ? undefined : from };
  }

  /**
   * Deletes logs, beginning with the log of a task. If this log alone is too large for a transaction, it deletes its
   * beginning.
   */
  #deleteFrom(task: number, last: number): number {
    const end = endOfStep(task, Math.min(last, task + TASKS - 1), (to) => this.#cost.get(task, to) as unknown as Cost);
    if (end > task) return Number(this.#delete.run(task, end).changes);
    const from = Number(this.#firstEntry.get(task)?.position);
    const to = endOfStep(
      from,
      from + STEP_LIMIT.rows - 1,
      (position) => this.#costOfEntries.get(task, from, position) as unknown as Cost,
    );
    return Number(this.#deleteEntries.run(task, from, to).changes);
  }
}
