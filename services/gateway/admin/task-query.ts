import type { TaskState } from '../../../shared/a2a/types.ts';
import { isAgentId } from '../../../shared/ids.ts';
import type { TaskQuery } from '../../../shared/ports/task-store.ts';
import { invalidParameter } from './errors.ts';

/** The parameters of a request's URL. */
export type Query = Readonly<Record<string, string | undefined>>;

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

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
    ...(cursor !== undefined && { cursor: readCursor(cursor) }),
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

function readLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw invalidParameter('limit', `takes a whole number from 1 to ${MAX_LIMIT}`);
  return limit;
}

const CURSOR_PREFIX = 'tasks:';

/** A store's cursor in a wrapping, by which one that was made up or cut off is told from one of ours. */
export function writeCursor(cursor: string): string {
  return Buffer.from(CURSOR_PREFIX + cursor).toString('base64url');
}

function readCursor(text: string): string {
  const unwrapped = Buffer.from(text, 'base64url').toString();
  const cursor = unwrapped.slice(CURSOR_PREFIX.length);
  if (!unwrapped.startsWith(CURSOR_PREFIX) || cursor === '' || writeCursor(cursor) !== text) {
    throw invalidParameter('cursor', 'takes the "next" of the page before, and nothing else');
  }
  return cursor;
}
