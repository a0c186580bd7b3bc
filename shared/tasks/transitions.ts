import type { TaskStatus } from '#shared/a2a/types.ts';
import type { StatusEntry, TaskRecord } from '#shared/ports/task.ts';

type Made = Pick<TaskRecord, 'id' | 'contextId' | 'agentId' | 'owner' | 'createdAt' | 'deadline'>;

/** A task in its first turn. Its log has the message that made the task. */
export function firstTurn({ id, contextId, agentId, owner, createdAt, deadline }: Made): TaskRecord {
  return {
    id,
    contextId,
    agentId,
    owner,
    state: 'TASK_STATE_SUBMITTED',
    statusAt: createdAt,
    createdAt,
    deadline,
    turn: 1,
    attempt: 0,
    sequence: 0,
    attemptBase: 0,
    position: 1,
    artifacts: [],
  };
}

/** The task in its next turn. Its log has the message that begins the turn. Times are in milliseconds since 1970. */
export function nextTurn(
  task: TaskRecord,
  { at, deadline }: { readonly at: number; readonly deadline: number },
): TaskRecord {
  return {
    ...task,
    state: 'TASK_STATE_SUBMITTED',
    statusAt: at,
    deadline,
    turn: task.turn + 1,
    attempt: 0,
    sequence: 0,
    attemptBase: 0,
    position: task.position + 1,
    artifacts: [],
  };
}

/** The task after an end from outside its agent, and the log entry of that end. */
export function endedBy(
  status: TaskStatus,
  task: TaskRecord,
): { readonly task: TaskRecord; readonly entry: StatusEntry } {
  const { turn, attempt } = task;
  const position = task.position + 1;
  return {
    task: { ...task, state: status.state, statusAt: Date.parse(status.timestamp), position },
    entry: { kind: 'status', position, turn, attempt, status },
  };
}
