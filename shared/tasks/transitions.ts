import type { TaskStatus } from '#shared/a2a/types.ts';
import { TaskFullError } from '#shared/ports/errors.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { StatusEntry, TaskRecord } from '#shared/ports/task.ts';
import { entryBytes, messageBytes, passedBound } from './bounds.ts';

interface Made extends Pick<TaskRecord, 'id' | 'contextId' | 'agentId' | 'owner' | 'createdAt' | 'deadline'> {
  /** `TaskRequested.v1` with the message. */
  readonly request: BusEntry;
}

/** A task in its first turn. Its log has the message that made the task. */
export function firstTurn({ id, contextId, agentId, owner, createdAt, deadline, request }: Made): TaskRecord {
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
    bytes: messageBytes(request),
    artifacts: [],
    artifactCount: 0,
  };
}

/**
 * The task in its next turn. Its log has the message that begins the turn. Times are in milliseconds since 1970.
 *
 * @throws TaskFullError when the task passes a bound with the message
 */
export function nextTurn(
  task: TaskRecord,
  { at, deadline, request }: { readonly at: number; readonly deadline: number; readonly request: BusEntry },
): TaskRecord {
  const next: TaskRecord = {
    ...task,
    state: 'TASK_STATE_SUBMITTED',
    statusAt: at,
    deadline,
    turn: task.turn + 1,
    attempt: 0,
    sequence: 0,
    attemptBase: 0,
    position: task.position + 1,
    bytes: task.bytes + messageBytes(request),
    artifacts: [],
    artifactCount: 0,
  };
  const bound = passedBound(next);
  if (bound !== undefined) throw new TaskFullError(task.id, bound);
  return next;
}

/** The task after an end from outside its agent, and the log entry of that end. */
export function endedBy(
  status: TaskStatus,
  task: TaskRecord,
): { readonly task: TaskRecord; readonly entry: StatusEntry } {
  const { turn, attempt } = task;
  const position = task.position + 1;
  const entry: StatusEntry = { kind: 'status', position, turn, attempt, status };
  const bytes = task.bytes + entryBytes(entry);
  return { task: { ...task, state: status.state, statusAt: Date.parse(status.timestamp), position, bytes }, entry };
}
