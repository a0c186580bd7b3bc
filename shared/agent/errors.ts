import { StarlingError } from '#shared/errors.ts';

/**
 * The agent refuses the task. The task ends as rejected with this message. There is no other attempt.
 *
 * @example
 * const handler: Handler = (task) => {
 *   if (task.text === '') throw new TaskRejected('Send a text to translate.');
 *   return task.text.toUpperCase();
 * };
 */
export class TaskRejected extends StarlingError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('TASK_REJECTED', message, options);
  }
}

/**
 * The task failed, and another attempt would fail too. The task ends as failed with this message. Throw any other error
 * when another attempt may succeed.
 *
 * @example
 * const handler: Handler = async (task) => {
 *   const response = await fetch(task.text, { signal: task.signal });
 *   if (response.status === 404) throw new TaskFailed(`${task.text} does not exist.`);
 *   if (!response.ok) throw new Error(`${task.text} answered ${response.status}`); // another attempt
 *   return response.text();
 * };
 */
export class TaskFailed extends StarlingError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('TASK_FAILED', message, options);
  }
}
