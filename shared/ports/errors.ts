import { readable, StarlingError } from '#shared/errors.ts';

export class QueueNotFoundError extends StarlingError {
  constructor(queue: string) {
    super('QUEUE_NOT_FOUND', `There is no queue ${queue}.`);
  }
}

/** The message does not fit the kind of the queue (FIFO or standard). */
export class InvalidMessageError extends StarlingError {
  constructor(problem: string) {
    super('INVALID_MESSAGE', problem);
  }
}

export class StreamNotFoundError extends StarlingError {
  constructor(stream: string) {
    super('STREAM_NOT_FOUND', `There is no stream ${stream}.`);
  }
}

/** The bus refuses this entry. The other entries of the call are not affected. */
export class EntryRefusedError extends StarlingError {
  constructor(problem: string, options?: { cause?: unknown }) {
    super('ENTRY_REFUSED', `The event was refused: ${problem}.`, options);
  }
}

/** The task does not wait for its client, or another message began its next turn first. */
export class TurnConflictError extends StarlingError {
  constructor(taskId: string, state: string) {
    super('TURN_CONFLICT', `Task ${taskId} cannot take a message now: its state is ${state}.`);
  }
}

/** The next turn of a task could end after the store has deleted the task. */
export class TaskExpiresError extends StarlingError {
  constructor(taskId: string) {
    super(
      'TASK_EXPIRES',
      `Task ${taskId} takes no more messages: the mesh deletes it soon, because it is old. Send the message without a taskId. This makes a new task.`,
    );
  }
}

/** The next message would take a task past a bound. */
export class TaskFullError extends StarlingError {
  constructor(taskId: string, bound: string) {
    super(
      'TASK_FULL',
      `Task ${taskId} takes no more messages: it would have ${bound}. Send the message without a taskId. This makes a new task.`,
    );
  }
}

/** The cursor does not come from a page of this list. */
export class InvalidCursorError extends StarlingError {
  constructor() {
    super('INVALID_CURSOR', 'The cursor does not come from a page of this list. Start again without a cursor.');
  }
}

/** The record is too large for the registry. On AWS, the record and its event share one DynamoDB item of at most 400 KB. */
export class AgentTooLargeError extends StarlingError {
  constructor(agent: string, bytes: number, limit: number) {
    super(
      'AGENT_TOO_LARGE',
      `The card and skill schemas of agent ${agent} have ${bytes} bytes as JSON. The limit is ${limit}. Shorten descriptions and examples, or split the skills between several agents.`,
    );
  }
}

/** This mesh does not store its events in a place where a client can read them one by one. */
export class EventArchiveOffError extends StarlingError {
  constructor(where: string, options?: { cause?: unknown }) {
    super(
      'EVENT_ARCHIVE_OFF',
      `This mesh does not store its events: there is no ${where}. Set the stage's parameter eventLog to "on" (serverless.yml) and deploy again. Storing costs about $0.50 per GB of events.`,
      options,
    );
  }
}

/**
 * The store has no room, or its disk fails. Nothing of the call was stored, and a later try may succeed. The store itself
 * reports the trouble to the operator, so callers need not log it.
 */
export class StoreUnavailableError extends StarlingError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('STORE_UNAVAILABLE', message, options);
  }
}

/** True when each underlying error is a `StoreUnavailableError`. */
export function isStoreUnavailable(thrown: unknown): boolean {
  const error = readable(thrown);
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isStoreUnavailable);
  return error instanceof StoreUnavailableError;
}
