import type { TaskState as WireState } from '#shared/a2a/types.ts';

export function isTerminal(state: WireState): boolean {
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

/** Whether the task waits for its client: the next message begins a turn. */
export function isWaitingForClient(state: WireState): boolean {
  return state === 'TASK_STATE_INPUT_REQUIRED' || state === 'TASK_STATE_AUTH_REQUIRED';
}
