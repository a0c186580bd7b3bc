import { StarlingError } from '#shared/errors.ts';

/**
 * The agent will not do this task: it ends as rejected, with this message, and is not tried again.
 *
 * @example throw new TaskRejected('I translate text only.');
 */
export class TaskRejected extends StarlingError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('TASK_REJECTED', message, options);
  }
}

/**
 * The task failed and trying again would not help: it ends as failed, with this message. Throw anything else for what
 * another attempt may mend.
 */
export class TaskFailed extends StarlingError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('TASK_FAILED', message, options);
  }
}
