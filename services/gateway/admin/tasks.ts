import type { AdminLogEntry, AdminTask, AdminTaskRecord, AdminTasks } from '#shared/admin/types.ts';
import type { TaskId } from '#shared/ids.ts';
import type { LogEntry, TaskRecord } from '#shared/ports/task.ts';
import type { TaskStore } from '#shared/ports/task-store.ts';
import { assemble } from '#shared/tasks/assemble.ts';
import { AdminError } from './errors.ts';
import { writeCursor } from './page.ts';
import { type Query, readTaskQuery, TASKS } from './task-query.ts';

/** Tasks of every owner, the newest first. */
export async function listTasks(store: TaskStore, query: Query): Promise<AdminTasks> {
  const { tasks, next } = await store.list(readTaskQuery(query));
  return { tasks: tasks.map(adminTaskRecord), ...(next !== undefined && { next: writeCursor(TASKS, next) }) };
}

/** One task of any owner, with its log. */
export async function getTask(store: TaskStore, id: string): Promise<AdminTask> {
  const record = await store.get(id as TaskId);
  const log = record === undefined ? [] : await store.read(record.id, 0);
  // A task without a log went between the two.
  if (record === undefined || log.length === 0) {
    throw new AdminError(404, 'TASK_NOT_FOUND', `There is no task ${id.slice(0, 80)}. GET /admin/tasks lists them.`);
  }
  return { task: assemble(record, log), record: adminTaskRecord(record), log: log.map(adminLogEntry) };
}

function adminTaskRecord(task: TaskRecord): AdminTaskRecord {
  const { id, contextId, agentId, owner, state, turn, attempt } = task;
  return {
    id,
    contextId,
    agentId,
    owner,
    state,
    turn,
    attempt,
    createdAt: new Date(task.createdAt).toISOString(),
    statusAt: new Date(task.statusAt).toISOString(),
    deadline: new Date(task.deadline).toISOString(),
  };
}

function adminLogEntry(entry: LogEntry): AdminLogEntry {
  const { position, kind, turn, attempt } = entry;
  if (entry.kind === 'artifact') return { position, kind, turn, attempt, artifactId: entry.artifact.artifactId };
  return { position, kind, turn, attempt, state: entry.status.state, at: entry.status.timestamp };
}
