import type { TaskState } from '#shared/a2a/types.ts';
import type { AdminLogEntry, AdminTask, AdminTaskRecord, AdminTasks } from '#shared/admin/schemas.ts';
import { type Parameters, pageParameters, type Query, readCursor, writeCursor } from '#shared/http/query.ts';
import { HttpError } from '#shared/http/refusal.ts';
import { type AgentId, agentIdPattern, type TaskId } from '#shared/ids.ts';
import type { LogEntry, TaskRecord } from '#shared/ports/task.ts';
import type { TaskStore } from '#shared/ports/task-store.ts';
import { assemble } from '#shared/tasks/assemble.ts';
import { entriesOf } from '#shared/tasks/log.ts';

/** The list's name in its cursors. */
const TASKS = 'tasks';

/** A record: tsc reports a state that the protocol adds and that is missing here. */
const stateNames: Readonly<Record<TaskState, string>> = {
  TASK_STATE_SUBMITTED: 'submitted',
  TASK_STATE_WORKING: 'working',
  TASK_STATE_COMPLETED: 'completed',
  TASK_STATE_FAILED: 'failed',
  TASK_STATE_CANCELED: 'canceled',
  TASK_STATE_INPUT_REQUIRED: 'input-required',
  TASK_STATE_REJECTED: 'rejected',
  TASK_STATE_AUTH_REQUIRED: 'auth-required',
};

export const taskParameters = {
  ...pageParameters,
  agent: { type: 'string', pattern: agentIdPattern, description: 'the id of an agent, such as echo' },
  state: {
    type: 'string',
    pattern: `^(TASK_STATE_)?(${Object.values(stateNames).map(caseless).join('|')})$`,
    description: `one of ${Object.values(stateNames).join(', ')}`,
  },
} as const satisfies Parameters;

/** `input-required` as a pattern that also fits `INPUT_REQUIRED`. */
function caseless(name: string): string {
  return [...name].map((letter) => (letter === '-' ? '[-_]' : `[${letter}${letter.toUpperCase()}]`)).join('');
}

/** Lists the tasks of every owner, the newest first. */
export async function listTasks(store: TaskStore, query: Query<typeof taskParameters>): Promise<AdminTasks> {
  const { agent, state, limit, cursor } = query;
  const { tasks, next } = await store.list({
    limit,
    ...(agent !== undefined && { agentId: agent as AgentId }),
    ...(state !== undefined && { state: stateOf(state) }),
    ...(cursor !== undefined && { cursor: readCursor(TASKS, cursor) }),
  });
  return { tasks: tasks.map(adminTaskRecord), ...(next !== undefined && { next: writeCursor(TASKS, next) }) };
}

/** Accepts the protocol's name and the short name: `TASK_STATE_INPUT_REQUIRED`, `input-required`. */
function stateOf(text: string): TaskState {
  const name = text
    .replace(/^TASK_STATE_/, '')
    .toUpperCase()
    .replaceAll('-', '_');
  return `TASK_STATE_${name}` as TaskState;
}

/** One task of any owner, with its log and the causes of its failed attempts. */
export async function getTask(store: TaskStore, id: string): Promise<AdminTask> {
  const record = await findTask(store, id);
  const log = await entriesOf(store, record.id, 0);
  // Retention removed the task between the two reads.
  if (log.length === 0) throw noTask(id);
  return {
    task: assemble(record, log),
    record: adminTaskRecord(record),
    log: log.map(adminLogEntry),
    failedAttempts: await store.failedAttempts(record.id),
  };
}

/**
 * Finds a task of any owner.
 *
 * @throws HttpError TASK_NOT_FOUND
 */
export async function findTask(store: Pick<TaskStore, 'get'>, id: string): Promise<TaskRecord> {
  const record = await store.get(id as TaskId);
  if (record === undefined) throw noTask(id);
  return record;
}

export function noTask(id: string): HttpError {
  return new HttpError(404, 'TASK_NOT_FOUND', `There is no task ${id.slice(0, 80)}.`);
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
