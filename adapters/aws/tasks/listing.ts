import type { TaskId } from '#shared/ids.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { InvalidCursorError } from '#shared/ports/errors.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { TaskPage, TaskQuery } from '#shared/ports/task-store.ts';
import type { MadeTask, MadeTasks } from './made-tasks.ts';
import { chunked } from './merge.ts';
import { isTaskId } from './stored-task.ts';
import type { TaskTable } from './table.ts';

export interface ListingOptions {
  readonly table: TaskTable;
  readonly made: MadeTasks;
  readonly clock: Clock;
  /** Milliseconds after its creation at which a task is deleted. */
  readonly retentionMs: number;
}

/** The most tasks that one page looks through: 1,000 read units, or half a second. */
const MAX_LOOKED_AT = 1_000;
/** Milliseconds by which the clock of a task's maker may be ahead. */
const CLOCK_SKEW_MS = 60_000;

/** A page of the tasks, for an operator's eyes. The cursor is the id of the last task that was looked at. */
export async function listTasks(options: ListingOptions, query: TaskQuery): Promise<TaskPage> {
  const { limit, cursor, state } = query;
  if (cursor !== undefined && !isTaskId(cursor)) throw new InvalidCursorError();
  const { table, made, retentionMs } = options;
  const now = options.clock.now();
  const newest = made.newest({ since: now - retentionMs, until: now + CLOCK_SKEW_MS, before: cursor });
  const tasks: TaskRecord[] = [];
  let looked = 0;
  for await (const chunk of chunked(newest, Math.min(limit + 1, 100))) {
    const wanted = chunk.filter((each) => isOf(each, query)).map(({ id }) => id);
    for (const { task } of await table.getAll(wanted)) {
      if (state !== undefined && task.state !== state) continue;
      if (tasks.length === limit) return page(tasks, tasks.at(-1)?.id);
      tasks.push(task);
    }
    looked += chunk.length;
    if (looked >= MAX_LOOKED_AT) return page(tasks, chunk.at(-1)?.id);
  }
  return page(tasks, undefined);
}

function isOf(made: MadeTask, { owner, agentId }: TaskQuery): boolean {
  return (owner === undefined || made.owner === owner) && (agentId === undefined || made.agentId === agentId);
}

function page(tasks: readonly TaskRecord[], next: TaskId | undefined): TaskPage {
  return { tasks, ...(next !== undefined && { next }) };
}
