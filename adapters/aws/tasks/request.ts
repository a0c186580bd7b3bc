import type { CloudEvent } from '#shared/events/envelope.ts';
import { envelope } from '#shared/events/envelope.ts';
import { logEntryOf } from '#shared/events/task-events.ts';
import type { TaskRequestedV1 } from '#shared/generated/types.ts';
import type { BusEntry, BusEvent } from '#shared/ports/event-bus.ts';
import type { LogEntry, MessageEntry, TaskRecord } from '#shared/ports/task.ts';
import { assemble } from '#shared/tasks/assemble.ts';

/** The members that the task and its log also have. */
type Known = 'taskId' | 'contextId' | 'agentId' | 'turn' | 'message' | 'history' | 'attemptBase' | 'deadline';

/**
 * `TaskRequested.v1` without the members that the task and its log also have. It is enough to publish the event again.
 */
export interface PackedRequest {
  readonly rest: Omit<TaskRequestedV1, Known>;
  /** Present when the earlier messages went with the request. */
  readonly history?: true;
  /** Absent when it is the task's id. */
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly traceparent: string;
  readonly dataschema?: string;
}

/** The log entry of the message that begins a turn. */
export function messageEntry({ detail }: BusEntry, { position, turn }: TaskRecord): MessageEntry {
  const event = { 'detail-type': 'TaskRequested.v1', detail } as BusEvent;
  return logEntryOf(event, { position, turn, attempt: 0 }) as MessageEntry;
}

export function packRequest(request: BusEntry): PackedRequest {
  const { data, correlationid, causationid, traceparent, dataschema } = request.detail as CloudEvent<TaskRequestedV1>;
  const { taskId, contextId, agentId, turn, message, history, attemptBase, deadline, ...rest } = data;
  return {
    rest,
    ...(history !== undefined && { history: true }),
    ...(correlationid !== data.taskId && { correlationId: correlationid }),
    ...(causationid !== undefined && { causationId: causationid }),
    traceparent,
    ...(dataschema !== undefined && { dataschema }),
  };
}

/**
 * The request of the task's turn, as an event with the current time. `log` ends with the message that began the turn.
 */
export function unpackRequest(
  packed: PackedRequest,
  task: TaskRecord,
  log: readonly LogEntry[],
  now: number,
): BusEntry {
  const { rest, history, ...lineage } = packed;
  const asked = log.at(-1) as MessageEntry;
  const data: TaskRequestedV1 = {
    ...rest,
    taskId: task.id,
    contextId: task.contextId,
    agentId: task.agentId,
    turn: task.turn,
    message: asked.message,
    ...(history && { history: historyOf(task, log.slice(0, -1)) }),
    attemptBase: task.attemptBase,
    deadline: new Date(task.deadline).toISOString(),
  };
  const source = 'starling.tasks';
  const type = 'TaskRequested.v1';
  return {
    source,
    detailType: type,
    detail: envelope(data, { correlationId: task.id, ...lineage, source, type, subject: task.id, now }),
    time: now,
  };
}

/** The messages of client and agent so far. The gateway gives them to the agent with the next message. */
function historyOf(task: TaskRecord, log: readonly LogEntry[]) {
  const { history = [], status } = assemble(task, log);
  return status.message ? [...history, status.message] : [...history];
}
