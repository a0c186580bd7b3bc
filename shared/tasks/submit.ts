import { A2AError } from '#shared/a2a/errors.ts';
import { lastNaming } from '#shared/a2a/skill-extension.ts';
import type { Message, Part } from '#shared/a2a/types.ts';
import { childTraceparent } from '#shared/events/envelope.ts';
import { InvalidEventError } from '#shared/events/publisher.ts';
import type { TaskRequestedV1 } from '#shared/generated/types.ts';
import { type ContextId, type TaskId, uuidv7 } from '#shared/ids.ts';
import { isObject } from '#shared/objects.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';
import { TaskExpiresError, TaskFullError, TurnConflictError } from '#shared/ports/errors.ts';
import type { Principal } from '#shared/ports/permission-store.ts';
import type { LogEntry, TaskRecord } from '#shared/ports/task.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { assemble } from './assemble.ts';
import { jsonBytes, MAX_HISTORY_BYTES } from './bounds.ts';
import { checkInputModes } from './input-modes.ts';
import { logOf } from './log.ts';
import { checkSameMessage } from './same-message.ts';
import { readSkill } from './skill-input.ts';
import { isTerminal, isWaitingForClient } from './state.ts';
import { visibleTask } from './visible-task.ts';

/** The parts of the runtime that make a task. */
export type SubmitRuntime = Pick<Runtime, 'tasks' | 'publisher' | 'clock'>;

/** An authorized call, before its task exists. */
export interface Submission {
  readonly agent: RegisteredAgent;
  readonly principal: Principal;
  /** The message as the client sent it. The schema of TaskRequested.v1 checks it. */
  readonly message: unknown;
  readonly acceptedOutputModes?: readonly string[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  /** The header Idempotency-Key. A request with it that comes again makes nothing new. */
  readonly idempotencyKey?: string | undefined;
  /** The W3C trace context of the request, if it had one. */
  readonly traceparent: string | undefined;
  /** The caller follows the log of the task as soon as the promise resolves. */
  readonly isFollowed?: boolean;
}

export interface Submitted {
  readonly taskId: TaskId;
  readonly turn: number;
  /** The task's log so far. */
  readonly log: readonly LogEntry[];
}

/**
 * Makes a task from a message and publishes `TaskRequested.v1` in one step. If the message names a task, it begins the
 * next turn of that task instead. The result is durable when the promise resolves. The same message sent again makes
 * nothing new. Another message with its id, or with the idempotency key of its request, is refused.
 *
 * @throws A2AError INVALID_PARAMS for a message that the schema refuses, a skill that the agent lacks, params that the
 *   skill's schema refuses, a foreign context, or the id of another message; TASK_NOT_FOUND for a task
 *   that the caller may not see; UNSUPPORTED_OPERATION for a task that does not wait for its client;
 *   CONTENT_TYPE_NOT_SUPPORTED for a part that the agent does not take; IDEMPOTENCY_KEY_REUSED
 *
 * @example
 * const { taskId } = await submit(runtime, {
 *   agent,
 *   principal,
 *   message: { messageId: '1', role: 'ROLE_USER', parts: [{ text: '2+2' }] },
 *   traceparent: undefined,
 * });
 */
export async function submit(runtime: SubmitRuntime, submission: Submission): Promise<Submitted> {
  const message = readMessage(submission.message);
  checkInputModes(submission.agent, message);
  return message.taskId === undefined
    ? create(runtime, submission, message)
    : proceed(runtime, submission, message, message.taskId as TaskId);
}

async function create(runtime: SubmitRuntime, submission: Submission, message: Message): Promise<Submitted> {
  const { agent, principal } = submission;
  const now = runtime.clock.now();
  const id = uuidv7(now) as TaskId;
  const contextId = (message.contextId ?? uuidv7(now)) as ContextId;
  const deadline = now + agent.deadline * 1000;
  const request = prepare(runtime, submission, now, {
    taskId: id,
    contextId,
    turn: 1,
    message: { ...message, taskId: id, contextId },
    skill: readSkill(agent, message),
    deadline,
  });
  const created = await runtime.tasks.create({
    id,
    contextId,
    agentId: agent.id,
    owner: principal.clientId,
    createdAt: now,
    deadline,
    messageId: repetitionId(submission, message, now),
    request,
    isFollowed: submission.isFollowed ?? false,
  });
  if (created.created) return { taskId: id, turn: 1, log: [created.entry] };
  const { taskId } = created;
  const log = await logOf(runtime.tasks, taskId);
  checkSameMessage(message, taskId, log, submission.idempotencyKey);
  return { taskId, turn: 1, log };
}

async function proceed(
  runtime: SubmitRuntime,
  submission: Submission,
  message: Message,
  id: TaskId,
): Promise<Submitted> {
  const { agent } = submission;
  const task = await visibleTask(runtime.tasks, id, submission);
  if (message.contextId !== undefined && message.contextId !== task.contextId) {
    throw new A2AError(
      'INVALID_PARAMS',
      `message.contextId is not the context of task ${id}. Leave it out, or send ${task.contextId}.`,
      { field: 'message.contextId' },
    );
  }
  const now = runtime.clock.now();
  const deadline = now + agent.deadline * 1000;
  const { history = [], status } = assemble(task, await logOf(runtime.tasks, id), { progress: false });
  const earlier = status.message ? [...history, status.message] : [...history];
  checkHistory(task, message, earlier);
  const request = prepare(runtime, submission, now, {
    taskId: id,
    contextId: task.contextId,
    turn: task.turn + 1,
    message: { ...message, contextId: task.contextId },
    // A turn that names no skill belongs to the skill of the turn before.
    skill: readSkill(agent, message) ?? lastNaming(history)?.skill,
    history: earlier,
    deadline,
  });
  try {
    const begun = await runtime.tasks.begin({
      taskId: id,
      after: task.turn,
      at: now,
      deadline,
      messageId: repetitionId(submission, message, now),
      request,
    });
    const log = await logOf(runtime.tasks, id);
    checkSameMessage(message, id, log, submission.idempotencyKey);
    return { taskId: id, turn: begun.turn, log };
  } catch (error) {
    if (error instanceof TaskExpiresError || error instanceof TaskFullError)
      throw new A2AError('UNSUPPORTED_OPERATION', error.message);
    if (error instanceof TurnConflictError) throw takesNoMessage((await runtime.tasks.get(id)) ?? task);
    throw error;
  }
}

/** What tells the message when it comes again. An agent that does not deduplicate takes each message as a new one. */
function repetitionId({ agent, idempotencyKey }: Submission, { messageId }: Message, now: number): string {
  if (idempotencyKey !== undefined) return `Idempotency-Key: ${idempotencyKey}`;
  return agent.deduplicate === false ? uuidv7(now) : messageId;
}

/** Each turn's request repeats the earlier messages. A message that comes again begins no turn, so it passes. */
function checkHistory(task: TaskRecord, message: Message, earlier: readonly Message[]): void {
  if (jsonBytes(earlier) <= MAX_HISTORY_BYTES) return;
  if (earlier.some(({ messageId }) => messageId === message.messageId)) return;
  const { message: text } = new TaskFullError(
    task.id,
    `more than ${MAX_HISTORY_BYTES / 1024 / 1024} MB of earlier messages`,
  );
  throw new A2AError('UNSUPPORTED_OPERATION', text);
}

function takesNoMessage(task: TaskRecord): A2AError {
  if (isTerminal(task.state)) {
    return new A2AError(
      'UNSUPPORTED_OPERATION',
      `Task ${task.id} has ended (${task.state}): send a message without taskId to begin another in the context.`,
    );
  }
  const state = isWaitingForClient(task.state) ? 'already got another answer' : `is in ${task.state}`;
  return new A2AError('UNSUPPORTED_OPERATION', `Task ${task.id} ${state}: it takes a message when it asks for one.`);
}

interface Turn extends Pick<TaskRequestedV1, 'taskId' | 'contextId' | 'turn' | 'message' | 'history'> {
  readonly skill: string | undefined;
  /** Milliseconds since 1970. */
  readonly deadline: number;
}

function prepare(runtime: SubmitRuntime, submission: Submission, now: number, turn: Turn) {
  const { agent, principal, acceptedOutputModes, metadata } = submission;
  const { skill, ...rest } = turn;
  const data: TaskRequestedV1 = {
    ...rest,
    agentId: agent.id,
    deadline: new Date(turn.deadline).toISOString(),
    attemptBase: 0,
    principal: { id: principal.clientId, scopes: [...principal.scopes] },
    ...(skill !== undefined && { skill }),
    ...(acceptedOutputModes && { acceptedOutputModes: [...acceptedOutputModes] }),
    ...(metadata && { metadata: { ...metadata } }),
  };
  try {
    return runtime.publisher.prepare('TaskRequested.v1', data, {
      source: 'starling.tasks',
      subject: turn.taskId,
      correlationId: turn.taskId,
      traceparent: childTraceparent(submission.traceparent),
      now,
    });
  } catch (error) {
    // The client's message is the only part of this event that can be invalid.
    if (error instanceof InvalidEventError) throw invalidMessage(error.problem);
    throw error;
  }
}

function invalidMessage(problem: string): A2AError {
  return new A2AError('INVALID_PARAMS', `The message is not valid: ${problem.replaceAll('data/', '')}.`, {
    field: 'message',
  });
}

/** In ProtoJSON, null means that a field is not set. For an id, the empty string means the same. */
function readMessage(value: unknown): Message {
  if (!isObject(value)) {
    throw new A2AError('INVALID_PARAMS', 'params.message is missing or not an object.', { field: 'message' });
  }
  const { taskId, contextId, ...message } = withoutNulls(value) as Message;
  for (const [field, id] of Object.entries({ taskId, contextId, messageId: message.messageId })) {
    if (id !== undefined && (typeof id !== 'string' || !isPlain(id))) throw notAnId(field);
  }
  return {
    ...message,
    ...(taskId && { taskId }),
    ...(contextId && { contextId }),
    parts: Array.isArray(message.parts) ? message.parts.map((part) => withoutNulls(part) as Part) : message.parts,
  };
}

/** Stores keep and compare ids as text. They would store a lone surrogate as another character. */
function isPlain(id: string): boolean {
  return id.isWellFormed() && !/\p{Cc}/u.test(id);
}

function notAnId(field: string): A2AError {
  return new A2AError('INVALID_PARAMS', `message.${field} is not a string of whole, printable characters.`, {
    field: `message.${field}`,
  });
}

/** A data part may be null. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || !Object.values(value).includes(null)) return value;
  return Object.fromEntries(Object.entries(value).filter(([key, field]) => field !== null || key === 'data'));
}
