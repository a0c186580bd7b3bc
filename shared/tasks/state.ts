import type { TaskState } from '#shared/a2a/types.ts';
import type { LogEntry } from '#shared/ports/task.ts';

/** All states. An object, so that the compiler finds a missing one. */
const all: Readonly<Record<TaskState, true>> = {
  TASK_STATE_SUBMITTED: true,
  TASK_STATE_WORKING: true,
  TASK_STATE_COMPLETED: true,
  TASK_STATE_FAILED: true,
  TASK_STATE_CANCELED: true,
  TASK_STATE_REJECTED: true,
  TASK_STATE_INPUT_REQUIRED: true,
  TASK_STATE_AUTH_REQUIRED: true,
};
export const taskStates = Object.keys(all) as readonly TaskState[];

export function isTaskState(text: unknown): text is TaskState {
  return typeof text === 'string' && Object.hasOwn(all, text);
}

/** Whether the task has ended. No task leaves such a state (A2A 1.0 §4.1.3). */
export function isTerminal(state: TaskState): boolean {
  switch (state) {
    case 'TASK_STATE_COMPLETED':
    case 'TASK_STATE_FAILED':
    case 'TASK_STATE_CANCELED':
    case 'TASK_STATE_REJECTED':
      return true;
    case 'TASK_STATE_SUBMITTED':
    case 'TASK_STATE_WORKING':
    case 'TASK_STATE_INPUT_REQUIRED':
    case 'TASK_STATE_AUTH_REQUIRED':
      return false;
    default:
      return state satisfies never;
  }
}

/** Whether the task waits for its client. The client's next message begins a turn. */
export function isWaitingForClient(state: TaskState): boolean {
  return state === 'TASK_STATE_INPUT_REQUIRED' || state === 'TASK_STATE_AUTH_REQUIRED';
}

/**
 * Whether a turn is over in this state: the task has ended, or it waits for its client. Nothing more happens until the
 * client does something. Waits and streams end here.
 */
export function turnHasEnded(state: TaskState): boolean {
  return isTerminal(state) || isWaitingForClient(state);
}

/** Whether this entry of the log ends the given turn or a later one. */
export function endsTurn(entry: LogEntry | undefined, turn = 1): boolean {
  return entry?.kind === 'status' && entry.turn >= turn && turnHasEnded(entry.status.state);
}
