import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';
import type { ReferencedEvents } from './referenced-events.ts';
import { sampleRanges } from './samples.ts';
import { type Holding, hasRoom, type Quotas } from './shares.ts';
import { STEP_LIMIT, type Work } from './step.ts';
import type { TaskLogs } from './task-logs.ts';
import { endedLongAgo } from './tasks.ts';

/** The number of tasks that one transaction reads. */
const TASKS = 500;
/** The approximate bytes of a log row beside its entry, and of the other rows of a task. */
const ROW_BYTES = { entry: 60, task: 600 };
/** The most log entries of a task whose events are deleted with it. The rest leaves the archive with its age. */
const MAX_EVENTS = 1_000;

const goes = `open IS NULL AND ${endedLongAgo} AND task < :newest`;
const bytesOfTask = `(SELECT total(${ROW_BYTES.entry} + coalesce(octet_length(l.entry), octet_length(e.event), 0))
  FROM task_log l LEFT JOIN events e ON e.position = l.event WHERE l.task = t.task) + ${ROW_BYTES.task}`;

/** The place where a step begins. A step may run twice, so it changes no cursor. */
interface Cursor {
  readonly after: number;
  /** Bytes that each owner still has to give. */
  readonly left: Quotas;
  readonly youngest: number | undefined;
}

interface Row {
  readonly task: number;
  readonly owner: string;
  readonly created_at: number;
  readonly bytes: number;
}

/**
 * Ended tasks by their owners. A task leaves with its log and the events that the log points at, wherever they are in the
 * archive. So a client's tasks do not move when another client's tasks are deleted.
 */
export class OwnerPruner {
  readonly #logs: TaskLogs;
  readonly #bounds: StatementSync;
  readonly #measure: StatementSync;
  readonly #candidates: StatementSync;
  readonly #pointed: StatementSync;
  readonly #deleteEvent: StatementSync;
  readonly #deletes: readonly StatementSync[];

  constructor(database: Database, logs: TaskLogs) {
    this.#logs = logs;
    this.#bounds = database.prepare('SELECT min(task) AS first, max(task) AS last FROM tasks');
    this.#measure = database.prepare(
      `SELECT owner, sum(bytes) AS bytes, sum(iif(goes, bytes, 0)) AS deletable FROM
       (SELECT owner, ${goes} AS goes, ${bytesOfTask} AS bytes FROM tasks t WHERE task BETWEEN :from AND :to) GROUP BY owner`,
    );
    this.#candidates = database.prepare(
      `SELECT task, owner, created_at, iif(goes, bytes, 0) AS bytes FROM
       (SELECT task, owner, created_at, ${goes} AS goes,
          iif(owner IN (SELECT value FROM json_each(:owners)), ${bytesOfTask}, 0) AS bytes
        FROM tasks t WHERE task > :after ORDER BY task LIMIT ${TASKS})`,
    );
    this.#pointed = database.prepare(
      `SELECT event FROM task_log WHERE task = ? AND event IS NOT NULL ORDER BY position LIMIT ${MAX_EVENTS}`,
    );
    // SQLite gives a new row the number after the newest row's. The newest row stays, so that no number is given twice.
    this.#deleteEvent = database.prepare(
      'DELETE FROM events WHERE position = ? AND position < (SELECT max(position) FROM events)',
    );
    this.#deletes = ['task_parked', 'task_failures', 'tasks'].map((table) =>
      database.prepare(`DELETE FROM ${table} WHERE task = ?`),
    );
  }

  /** The bytes of each owner. */
  async holdings(work: Work, now: () => number): Promise<ReadonlyMap<string, Holding>> {
    const holdings = new Map<string, Holding>();
    const { first, last } = await work.read(() => this.#bounds.get() as { first: number | null; last: number | null });
    if (first === null || last === null) return holdings;
    await sampleRanges(work, first, last, (from, to, weight) => {
      for (const { owner, bytes, deletable } of this.#measure.all({ now: now(), newest: last, from, to })) {
        const known = holdings.get(String(owner)) ?? { bytes: 0, deletable: 0 };
        holdings.set(String(owner), {
          bytes: known.bytes + Number(bytes) * weight,
          deletable: known.deletable + Number(deletable) * weight,
        });
      }
    });
    return holdings;
  }

  /**
   * Deletes each owner's oldest ended tasks until about so many bytes are gone.
   *
   * @returns the creation time of the youngest task that was deleted
   */
  async prune(
    work: Work,
    quotas: Quotas,
    now: () => number,
    referenced: ReferencedEvents,
  ): Promise<number | undefined> {
    const { last } = await work.read(() => this.#bounds.get() as { last: number | null });
    const page = { newest: last ?? 0, owners: JSON.stringify([...quotas.keys()]) };
    let youngest: number | undefined;
    const first: Cursor = { after: 0, left: quotas, youngest: undefined };
    await work.run('tasks', first, (cursor) => {
      const { pruned, events, reached, isDone } = this.#pruneAfter(cursor, { ...page, now: now() }, referenced);
      youngest = reached.youngest;
      return { pruned, events, next: isDone ? undefined : reached };
    });
    await this.#logs.prune(work, last ?? 0);
    return youngest;
  }

  #pruneAfter(
    { after, left, youngest }: Cursor,
    page: { readonly now: number; readonly newest: number; readonly owners: string },
    referenced: ReferencedEvents,
  ): { readonly pruned: number; readonly events: number; readonly reached: Cursor; readonly isDone: boolean } {
    const rows = this.#candidates.all({ ...page, after }) as unknown as Row[];
    const still = new Map(left);
    const reached = { after, left: still, youngest };
    let pruned = 0;
    let events = 0;
    let bytes = 0;
    for (const { task, owner, created_at, bytes: size } of rows) {
      if (bytes > STEP_LIMIT.bytes) return { pruned, events, reached, isDone: false };
      reached.after = task;
      const room = still.get(owner) ?? 0;
      if (size === 0 || room <= 0) continue;
      events += this.#delete(task, referenced);
      still.set(owner, room - size);
      reached.youngest = Math.max(created_at, reached.youngest ?? created_at);
      bytes += size;
      pruned++;
    }
    return { pruned, events, reached, isDone: rows.length < TASKS || !hasRoom(still) };
  }

  /**
   * Returns the number of events that left. The log goes later, in slices, because it may be large. Nobody reads it without
   * its task.
   */
  #delete(task: number, referenced: ReferencedEvents): number {
    let events = 0;
    for (const { event } of this.#pointed.all(task)) {
      if (referenced.has(Number(event))) continue;
      events += Number(this.#deleteEvent.run(Number(event)).changes);
    }
    for (const each of this.#deletes) each.run(task);
    return events;
  }
}
