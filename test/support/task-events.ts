import { childTraceparent, envelope } from '#shared/events/envelope.ts';
import type { Part, TaskRequestedV1 } from '#shared/generated/types.ts';
import { type AgentId, type ContextId, type TaskId, uuidv7 } from '#shared/ids.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { AgentEvent, AttemptFailure, TaskRecord } from '#shared/ports/task.ts';
import type { NewTask, NextTurn } from '#shared/ports/task-store.ts';

/** The time of everything here that does not ask a clock. */
export const noon = Date.UTC(2026, 0, 1, 12);

export interface Place {
  readonly turn?: number;
  readonly attempt?: number;
  readonly sequence: number;
}

type Named = Pick<TaskRecord, 'id' | 'contextId' | 'agentId'>;

export function newTask(changes: Partial<NewTask> & { readonly text?: string } = {}): NewTask {
  const { text = 'hello', ...rest } = changes;
  const named = {
    id: uuidv7(noon) as TaskId,
    contextId: uuidv7(noon) as ContextId,
    agentId: 'echo' as AgentId,
    messageId: `message-${uuidv7(noon)}`,
    ...rest,
  };
  const deadline = rest.deadline ?? noon + 300_000;
  return {
    owner: 'app',
    createdAt: noon,
    deadline,
    ...named,
    request: request(named, { turn: 1, text, messageId: named.messageId, deadline }),
  };
}

export function nextTurn(task: Named, after: number, changes: Partial<NextTurn> = {}): NextTurn {
  const messageId = changes.messageId ?? `message-${uuidv7(noon)}`;
  const deadline = noon + 600_000;
  return {
    taskId: task.id,
    after,
    at: noon + 1000,
    deadline,
    messageId,
    request: request(task, { turn: after + 1, text: 'more', messageId, deadline }),
    ...changes,
  };
}

interface Request {
  readonly turn: number;
  readonly text: string;
  readonly messageId: string;
  readonly deadline: number;
}

function request(task: Named, { turn, text, messageId, deadline }: Request): BusEntry {
  const data: TaskRequestedV1 = {
    taskId: task.id,
    contextId: task.contextId,
    agentId: task.agentId,
    turn,
    attemptBase: 0,
    deadline: new Date(deadline).toISOString(),
    principal: { id: 'app', scopes: [] },
    message: { messageId, role: 'ROLE_USER', parts: [{ text }], taskId: task.id, contextId: task.contextId },
  };
  return entry('starling.tasks', 'TaskRequested.v1', data);
}

export function statusEvent(
  task: Named,
  place: Place,
  state: TaskRecord['state'],
  text?: string,
): AgentEvent & { detailType: 'TaskStatusChanged.v1' } {
  const timestamp = new Date(noon + place.sequence).toISOString();
  const message = text !== undefined && {
    message: { messageId: `answer-${place.sequence}`, role: 'ROLE_AGENT' as const, parts: [{ text }] as [Part] },
  };
  return {
    source: `starling.agents.${task.agentId}`,
    detailType: 'TaskStatusChanged.v1',
    data: { ...placed(task, place), status: { state, timestamp, ...message } },
  };
}

/** The event that ends a turn, with an artifact for each id. The text of an artifact is its id. */
export function resultEvent(
  task: Named,
  place: Place,
  artifactIds: readonly string[],
  state: TaskRecord['state'] = 'TASK_STATE_COMPLETED',
): AgentEvent {
  const event = statusEvent(task, place, state);
  const artifacts = artifactIds.map((artifactId) => ({ artifactId, parts: [{ text: artifactId }] as [Part] }));
  return { ...event, data: { ...event.data, artifacts } };
}

/** The cause of an attempt of the first turn, as a producer other than our library may send it. */
export function attemptFailure(task: Named, attempt: number, message: string): AttemptFailure {
  const { id: taskId, contextId, agentId } = task;
  return {
    source: `starling.agents.${agentId}`,
    data: {
      taskId,
      contextId,
      agentId,
      turn: 1,
      attempt,
      final: false,
      failedAt: new Date(noon).toISOString(),
      cause: { name: 'Error', message, details: `Error: ${message}` },
    },
  };
}

export interface ArtifactOptions {
  readonly artifactId?: string;
  readonly append?: boolean;
  readonly lastChunk?: boolean;
  readonly text?: string;
}

export function artifactEvent(
  task: Named,
  place: Place,
  options: ArtifactOptions = {},
): AgentEvent & { detailType: 'TaskArtifact.v1' } {
  const { artifactId = 'artifact-1-1', append = false, lastChunk = true } = options;
  const { text = `${place.attempt ?? 1}.${place.sequence}` } = options;
  return {
    source: `starling.agents.${task.agentId}`,
    detailType: 'TaskArtifact.v1',
    data: { ...placed(task, place), artifact: { artifactId, parts: [{ text }] }, append, lastChunk },
  };
}

/** The event as its agent puts it on the bus. */
export function entryOf(event: AgentEvent): BusEntry {
  return entry(event.source, event.detailType, event.data);
}

/** An entry whose detail is a CloudEvent of the mesh. */
export function entry(source: string, type: string, data: unknown): BusEntry {
  const traceparent = childTraceparent(undefined);
  return {
    source,
    detailType: type,
    detail: envelope(data, { source, type, correlationId: 'root', traceparent, now: noon }),
    time: noon,
  };
}

function placed(task: Named, { turn = 1, attempt = 1, sequence }: Place) {
  return { taskId: task.id, contextId: task.contextId, agentId: task.agentId, turn, attempt, sequence };
}
