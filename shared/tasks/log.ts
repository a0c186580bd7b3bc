import { taskNotFound } from '#shared/a2a/errors.ts';
import type { TaskId } from '#shared/ids.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import type { TaskStore } from '#shared/ports/task-store.ts';

/**
 * Reads all of a task's log.
 *
 * @throws A2AError TASK_NOT_FOUND when retention has removed the task
 */
export async function logOf(tasks: Pick<TaskStore, 'read'>, id: TaskId): Promise<readonly LogEntry[]> {
  const log = await entriesOf(tasks, id, 0);
  if (log.length === 0) throw taskNotFound(id);
  return log;
}

/** Reads all entries after a position. */
export async function entriesOf(tasks: Pick<TaskStore, 'read'>, id: TaskId, after: number): Promise<LogEntry[]> {
  const log: LogEntry[] = [];
  // No `push(...entries)`: a call takes some 100,000 arguments at most.
  for await (const entries of tasks.read(id, after)) for (const entry of entries) log.push(entry);
  return log;
}

/** The context of a task. The first message of the log carries it. */
export function contextOf(log: readonly LogEntry[]): string {
  const first = log[0];
  if (first?.kind !== 'message' || !first.message.contextId) throw new Error("a task's log begins with its message");
  return first.message.contextId;
}
