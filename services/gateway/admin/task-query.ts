import type { TaskState } from '#shared/a2a/types.ts';
import { isAgentId } from '#shared/ids.ts';
import type { TaskQuery } from '#shared/ports/task-store.ts';
import { invalidParameter } from './errors.ts';
import { readCursor, readLimit } from './page.ts';

/** The parameters of a request's URL. */
export type Query = Readonly<Record<string, string | undefined>>;

/** The list's name in its cursors. */
export const TASKS = 'tasks';

/** A record, so that a state which the protocol adds cannot be forgotten here. */
const stateNames: Readonly<Record<TaskState, string>> = {
  TASK_STATE_SUBMITTED: 'submitted',
  TASK_STATE_WORKING: 'working',
  TASK_STATE_COMPLETED: 'completed',
  TASK_STATE_FAILED: 'failed',
  TASK_STATE_CANCELED: 'canceled',
  TASK_STATE_INPUT_REQUIRED: 'input-required',
  TASK_STATE_REJECTED: 'rejected',
  TASK_STATE_AUTH_REQUIRED: 'auth-required',
};

/** @throws AdminError INVALID_PARAMETER */
export function readTaskQuery({ agent, state, limit, cursor }: Query): TaskQuery {
  if (agent !== undefined && !isAgentId(agent)) throw invalidParameter('agent', 'is not the id of an agent');
  return {
    ...(agent !== undefined && { agentId: agent }),
    ...(state !== undefined && { state: readState(state) }),
    limit: readLimit(limit),
    ...(cursor !== undefined && { cursor: readCursor(TASKS, cursor) }),
  };
}

/** Takes the protocol's name and the short one: `TASK_STATE_INPUT_REQUIRED`, `input-required`. */
function readState(text: string): TaskState {
  const short = text
    .replace(/^TASK_STATE_/, '')
    .toLowerCase()
    .replaceAll('_', '-');
  for (const [state, name] of Object.entries(stateNames)) if (name === short) return state as TaskState;
  throw invalidParameter('state', `takes one of ${Object.values(stateNames).join(', ')}`);
}
