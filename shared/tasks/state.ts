import type { TaskState as WireState } from '../a2a/types.ts';
import type { AgentId, ContextId, TaskId } from '../ids.ts';

/** What the store keeps of a task beside its log: its place in the A2A state machine and the counters of its events. */
export interface TaskRecord {
  readonly id: TaskId;
  readonly contextId: ContextId;
  readonly agentId: AgentId;
  /** The client id of the principal that made it: nobody else sees it. */
  readonly owner: string;
  readonly state: WireState;
  /** Milliseconds since 1970, like every time here. */
  readonly statusAt: number;
  readonly createdAt: number;
  readonly deadline: number;
  /** From 1; each message to a waiting task begins the next. */
  readonly turn: number;
  /** The highest attempt of this turn that was heard of, 0 before the first; lower ones are fenced. */
  readonly attempt: number;
  /** Of the last event applied in this attempt, 0 before the first. */
  readonly sequence: number;
  /** Added to a delivery's receive count, it makes the attempt. */
  readonly attemptBase: number;
  /** Of the newest entry of the log, from 1 without gaps. */
  readonly position: number;
  /** Ids of the artifacts that the current attempt has begun. */
  readonly artifacts: readonly string[];
}

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
