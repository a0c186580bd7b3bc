import type { CloudEvent } from '#shared/events/envelope.ts';
import { envelope } from '#shared/events/envelope.ts';
import { logEntryOf } from '#shared/events/task-events.ts';
import type { TaskRequestedV1 } from '#shared/generated/types.ts';
import type { BusEntry, BusEvent } from '#shared/ports/event-bus.ts';
import type { LogEntry, MessageEntry, TaskRecord } from '#shared/ports/task.ts';
import { assemble } from '#shared/tasks/assemble.ts';

/** What the task and its log say too. */
type Known = 'taskId' | 'contextId' | 'agentId' | 'turn' | 'message' | 'history' | 'attemptBase' | 'deadline';

/** `TaskRequested.v1` without what the task and its log say too: enough to publish it again. */
export interface PackedRequest {
  readonly rest: Omit<TaskRequestedV1, Known>;
  /** There when the messages before went with it. */
  readonly history?: true;
  /** Absent where it is the task's id. */
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly traceparent: string;
  readonly dataschema?: string;
}

/** The entry of the message that begins a turn, in the log of the task as it is then. */
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

/** The request of the task's turn, as an event of now. `log` is the log up to the message that began the turn. */
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

/** What client and agent have said so far: what the gateway gives the agent with the next message. */
function historyOf(task: TaskRecord, log: readonly LogEntry[]) {
  const { history = [], status } = assemble(task, log);
  return status.message ? [...history, status.message] : [...history];
}
