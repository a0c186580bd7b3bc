import type { TaskStatus } from '#shared/a2a/types.ts';
import type { StatusEntry, TaskRecord } from '#shared/ports/task.ts';

type Made = Pick<TaskRecord, 'id' | 'contextId' | 'agentId' | 'owner' | 'createdAt' | 'deadline'>;

/** A task in its first turn, with the message that made it in its log. */
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

/** The task in its next turn, with the message that begins it in its log. Times in milliseconds since 1970. */
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

/** The task as it was ended from outside its agent, and the entry that says so. */
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
