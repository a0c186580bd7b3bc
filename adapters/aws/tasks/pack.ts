import type { Artifact, Message, TaskStatus } from '#shared/a2a/types.ts';
import type { LogEntry, TaskRecord } from '#shared/ports/task.ts';

/** The task of a log. The log's entries do not repeat these ids. */
export type Named = Pick<TaskRecord, 'id' | 'contextId'>;

/**
 * A log entry as it is stored. It is a tuple, without the ids that every message repeats. So a small call's writes fit
 * into one kilobyte, the unit that DynamoDB bills.
 */
export type PackedEntry =
  | readonly [position: number, turn: number, attempt: number, kind: 'm', message: PackedMessage, at: string]
  | readonly [position: number, turn: number, attempt: number, kind: 's', status: PackedStatus]
  | readonly [position: number, turn: number, attempt: number, kind: 'a', artifact: Artifact, flags: number];

/** 0 means the task's own id. */
type PackedMessage = Omit<Message, 'taskId' | 'contextId'> & {
  readonly taskId?: string | 0;
  readonly contextId?: string | 0;
};
type PackedStatus = Omit<TaskStatus, 'message'> & { readonly message?: PackedMessage };

const APPEND = 1;
const LAST_CHUNK = 2;

export function pack(entry: LogEntry, task: Named): PackedEntry {
  const { position, turn, attempt } = entry;
  switch (entry.kind) {
    case 'message':
      // Its status is SUBMITTED: a client's message begins a turn.
      return [position, turn, attempt, 'm', packMessage(entry.message, task), entry.status.timestamp];
    case 'status': {
      const { message, ...status } = entry.status;
      return [position, turn, attempt, 's', { ...status, ...(message && { message: packMessage(message, task) }) }];
    }
    case 'artifact': {
      const flags = (entry.append ? APPEND : 0) + (entry.lastChunk ? LAST_CHUNK : 0);
      return [position, turn, attempt, 'a', entry.artifact, flags];
    }
    default:
      return entry satisfies never;
  }
}

export function unpack(packed: PackedEntry, task: Named): LogEntry {
  const [position, turn, attempt] = packed;
  const place = { position, turn, attempt };
  switch (packed[3]) {
    case 'm': {
      const [, , , , message, timestamp] = packed;
      const status: TaskStatus = { state: 'TASK_STATE_SUBMITTED', timestamp };
      return { kind: 'message', ...place, message: unpackMessage(message, task), status };
    }
    case 's': {
      const { message, ...status } = packed[4];
      return {
        kind: 'status',
        ...place,
        status: { ...status, ...(message && { message: unpackMessage(message, task) }) },
      };
    }
    case 'a': {
      const [, , , , artifact, flags] = packed;
      return {
        kind: 'artifact',
        ...place,
        artifact,
        append: (flags & APPEND) !== 0,
        lastChunk: (flags & LAST_CHUNK) !== 0,
      };
    }
    default:
      return packed satisfies never;
  }
}

function packMessage({ taskId, contextId, ...message }: Message, task: Named): PackedMessage {
  return {
    ...message,
    ...(taskId !== undefined && { taskId: taskId === task.id ? 0 : taskId }),
    ...(contextId !== undefined && { contextId: contextId === task.contextId ? 0 : contextId }),
  };
}

function unpackMessage({ taskId, contextId, ...message }: PackedMessage, task: Named): Message {
  return {
    ...message,
    ...(taskId !== undefined && { taskId: taskId === 0 ? task.id : taskId }),
    ...(contextId !== undefined && { contextId: contextId === 0 ? task.contextId : contextId }),
  };
}
