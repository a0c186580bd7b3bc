import { StarlingError } from '#shared/errors.ts';

export class QueueNotFoundError extends StarlingError {
  constructor(queue: string) {
    super('QUEUE_NOT_FOUND', `There is no queue ${queue}.`);
  }
}

/** The queue's kind, FIFO or standard, does not take such a message. */
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

/** The bus does not take the entry. Its neighbours are not affected. */
export class EntryRefusedError extends StarlingError {
  constructor(problem: string, options?: { cause?: unknown }) {
    super('ENTRY_REFUSED', `The event was refused: ${problem}.`, options);
  }
}

/** The task does not wait for its client, or another message began its next turn first. */
export class TurnConflictError extends StarlingError {
  constructor(taskId: string, state: string) {
    super('TURN_CONFLICT', `Task ${taskId} takes no message now: it is in ${state}.`);
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

/** A cursor of a list that no page of the list gave. */
export class InvalidCursorError extends StarlingError {
  constructor() {
    super('INVALID_CURSOR', 'The cursor is none that a page of this list gave. Begin without one.');
  }
}

/** The record does not fit the registry: on AWS it and its event share an item of at most 400 KB. */
export class AgentTooLargeError extends StarlingError {
  constructor(agent: string, bytes: number, limit: number) {
    super(
      'AGENT_TOO_LARGE',
      `The card and skill schemas of agent ${agent} have ${bytes} bytes as JSON, and the registry takes ${limit}. Shorten descriptions and examples, or give each group of skills an agent of its own.`,
    );
  }
}

/** The mesh keeps its events nowhere that they can be read one by one. */
export class EventArchiveOffError extends StarlingError {
  constructor(where: string, options?: { cause?: unknown }) {
    super(
      'EVENT_ARCHIVE_OFF',
      `Events are not kept for reading: there is no ${where}. Set the stage's parameter eventLog to "on" (serverless.yml) and deploy again; it costs some $0.50 per GB of events.`,
      options,
    );
  }
}

/**
 * The store has no room, or its disk refuses: nothing of what was asked for happened, and another try later may do. The
 * store tells its operator itself, so whoever meets this need not.
 */
export class StoreUnavailableError extends StarlingError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('STORE_UNAVAILABLE', message, options);
  }
}

/** Whether that is all that went wrong. */
export function isStoreUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.length > 0 && error.errors.every(isStoreUnavailable);
  return error instanceof StoreUnavailableError;
}
