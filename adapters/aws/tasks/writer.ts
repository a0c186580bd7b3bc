import type { LogEntry } from '#shared/ports/task.ts';
import type { OnEnded } from '#shared/tasks/ended-tasks.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import type { TaskLog } from './log.ts';
import { type Outbox, planWrite } from './plan-write.ts';
import { newVersion, type StoredTask } from './stored-task.ts';
import type { TaskTable } from './table.ts';

/** A decision about a task: its next state, and what to write and publish with it. */
export interface Write {
  /** The task afterwards, without these entries and this outbox. */
  readonly stored: StoredTask;
  readonly entries?: readonly LogEntry[];
  readonly outbox?: Outbox;
}

export interface Decision<Result> {
  readonly result: Result;
  /** Absent when nothing is to be written. */
  readonly write?: Write;
}

export interface Decided<Result> {
  readonly result: Result;
  /** The task as it is now. */
  readonly stored: StoredTask;
}

/** The only way to change tasks, for agents' events, turns, ends and the sweeper. */
export class TaskWriter {
  readonly #table: TaskTable;
  readonly #log: TaskLog;
  readonly #onEnded: OnEnded;

  constructor(table: TaskTable, log: TaskLog, onEnded: OnEnded) {
    this.#table = table;
    this.#log = log;
    this.#onEnded = onEnded;
  }

  /**
   * Writes the task that `decide` returns. If another write came first, it calls `decide` again with the new task.
   * Entries that do not fit into the state item are first written into log items. The conditional write of the state
   * item then makes them part of the log. A crash between the two leaves items that nothing refers to.
   *
   * @returns undefined when the task is gone.
   */
  async change<Result>(
    stored: StoredTask,
    decide: (stored: StoredTask) => Decision<Result> | Promise<Decision<Result>>,
  ): Promise<Decided<Result> | undefined> {
    for (let before: StoredTask | undefined = stored; before !== undefined; ) {
      const { result, write } = await decide(before);
      if (write === undefined) return { result, stored: before };
      const { entries = [], outbox } = write;
      const plan = planWrite({ ...write.stored, version: newVersion() }, entries, outbox);
      if (plan.items.length > 0) await this.#table.putAll(await this.#log.itemsOf(plan.stored, plan.items));
      const replaced = await this.#table.replace(before, plan.stored);
      if (replaced.done) {
        if (isTerminal(plan.stored.task.state) && !isTerminal(before.task.state)) this.#onEnded(plan.stored.task);
        return { result, stored: plan.stored };
      }
      before = replaced.current;
    }
    return undefined;
  }
}
