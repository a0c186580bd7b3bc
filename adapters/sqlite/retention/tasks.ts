import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';
import { FRESH_MS, STEP_LIMIT, type Step, type Work } from './step.ts';
import type { TaskLogs } from './task-logs.ts';

/** Tasks that are looked at in a transaction: some four entries of the log belong to each. */
const TASKS = 500;

/** Agents may have clocks that are ahead of ours by this time. */
const MAX_AHEAD_MS = 3_600_000;

/**
 * Whether an ended task ended so long ago that no client waits for it. The agent tells the time of the end. A time too
 * far in the future counts as the deadline, by which every task ends. A time before the task counts as the beginning of
 * the task. `:now` is the time of the step: a task that ends during a pass would otherwise end in the pass's future, and
 * an overdue task would go at once.
 */
export const endedLongAgo = `iif(status_at > :now + ${MAX_AHEAD_MS}, deadline, max(status_at, created_at)) < :now - ${FRESH_MS}`;

/** SQLite gives a new row the number after the newest row's. The newest row stays, so that no number is given twice. */
const goes = `open IS NULL AND created_at < :createdBefore AND ${endedLongAgo} AND task < :newest`;

interface Row {
  readonly task: number;
  /** Whether the cutoff lets it go. */
  readonly goes: number;
  /** The event of the request that made the task; null once the log has a copy. */
  readonly first: number | null;
}

/** Times in milliseconds since 1970. */
export interface TaskCutoff {
  readonly now: () => number;
  /** Ended tasks that were created before it go. */
  readonly createdBefore: number;
  /** The position of the archive up to which the logs of the remaining tasks have copies. */
  readonly position: number;
}

/**
 * Ended tasks that were created long ago. Every task that is left has a log that needs no event up to the position: it
 * is given copies.
 *
 * A task points only at events that came with it or after it, and rows of tasks are in the order of their making. So
 * those that point so far back are the first ones, up to the first whose request came later.
 */
export class TaskPruner {
  readonly #logs: TaskLogs;
  readonly #page: StatementSync;
  readonly #newest: StatementSync;
  readonly #delete: StatementSync;
  readonly #forgetParked: StatementSync;
  readonly #forgetArtifacts: StatementSync;
  readonly #forgetFailures: StatementSync;

  constructor(database: Database, logs: TaskLogs) {
    this.#logs = logs;
    this.#page = database.prepare(
      `SELECT task, ${goes} AS goes, (SELECT event FROM task_log l WHERE l.task = t.task AND l.position = 1) AS first
       FROM tasks t WHERE task > :after ORDER BY task LIMIT ${TASKS}`,
    );
    this.#newest = database.prepare('SELECT max(task) AS task FROM tasks');
    this.#delete = database.prepare(`DELETE FROM tasks WHERE task > :after AND task <= :end AND ${goes}`);
    const ofGoneTasks =
      'task > ?1 AND task <= ?2 AND task NOT IN (SELECT task FROM tasks WHERE task > ?1 AND task <= ?2)';
    this.#forgetParked = database.prepare(`DELETE FROM task_parked WHERE ${ofGoneTasks}`);
    this.#forgetArtifacts = database.prepare(`DELETE FROM task_artifacts WHERE ${ofGoneTasks}`);
    this.#forgetFailures = database.prepare(`DELETE FROM task_failures WHERE ${ofGoneTasks}`);
  }

  /** @returns false when it was stopped before the end: the archive is then still needed. */
  async prune(work: Work, cutoff: TaskCutoff): Promise<boolean> {
    let end = 0;
    const done = await work.run('tasks', 0, (after) => {
      const step = this.#pruneAfter(after, cutoff);
      end = step.end;
      return step;
    });
    // The logs are deleted after the tasks, so that a reader who finds a task finds its whole log. A crash between the
    // two steps is repaired here.
    return done && this.#logs.prune(work, end);
  }

  #pruneAfter(after: number, { now, createdBefore, position }: TaskCutoff): Step<number> & { readonly end: number } {
    const newest = Number(this.#newest.get()?.task ?? 0);
    const cutoff = { now: now(), createdBefore, newest };
    const page = this.#page.all({ ...cutoff, after }) as unknown as Row[];
    const later = page.findIndex(({ first }) => first !== null && first > position);
    const rows = later === -1 ? page : page.slice(0, later);
    const end = rows.at(-1)?.task ?? after;
    const { changes } = this.#delete.run({ ...cutoff, after, end });
    const pruned = Number(changes);
    this.#forgetParked.run(after, end);
    this.#forgetArtifacts.run(after, end);
    this.#forgetFailures.run(after, end);
    let bytes = 0;
    for (const { task, goes } of rows) {
      if (goes === 1) continue;
      const copied = this.#logs.copyEvents(task, position, STEP_LIMIT.bytes - bytes);
      bytes += copied.bytes;
      if (!copied.all) return { pruned, next: task - 1, end };
    }
    return { pruned, next: later !== -1 || page.length < TASKS ? undefined : end, end };
  }
}
