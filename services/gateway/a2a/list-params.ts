import { createHash } from 'node:crypto';
import { A2AError } from '#shared/a2a/errors.ts';
import type { ContextId } from '#shared/ids.ts';
import type { ClientTasksQuery } from '#shared/ports/task-store.ts';
import { isTaskState } from '#shared/tasks/state.ts';
import { numberOf, type Params, readHistoryLength, wrong } from './params.ts';

const DEFAULT_PAGE_SIZE = 50;
const MAX_PAGE_SIZE = 100;

export interface ListParams {
  readonly query: ClientTasksQuery;
  readonly historyLength: number | undefined;
  readonly includeArtifacts: boolean;
}

/**
 * The params of ListTasks (§3.1.4). In ProtoJSON, null and the default mean that a field is not set.
 *
 * @throws A2AError INVALID_PARAMS
 */
export function readListParams(params: Params, client: Pick<ClientTasksQuery, 'owner' | 'agentId'>): ListParams {
  const contextId = readText(params, 'contextId');
  const state = readState(params);
  const statusSince = readTime(params);
  const filters: Filters = {
    ...client,
    ...(contextId !== undefined && { contextId: contextId as ContextId }),
    ...(state !== undefined && { state }),
    ...(statusSince !== undefined && { statusSince }),
  };
  const token = readText(params, 'pageToken');
  return {
    query: {
      ...filters,
      limit: readPageSize(params),
      ...(token !== undefined && { cursor: cursorIn(token, filters) }),
    },
    historyLength: readHistoryLength(params),
    includeArtifacts: readBoolean(params, 'includeArtifacts'),
  };
}

type Filters = Omit<ClientTasksQuery, 'limit' | 'cursor'>;

/** A token of a page. It has a mark of the list, so that a token of another client's or another filter's list is refused. */
export function pageToken(cursor: string, filters: Filters): string {
  return Buffer.from(`${mark(filters)}.${cursor}`).toString('base64url');
}

/** @throws A2AError INVALID_PARAMS */
function cursorIn(token: string, filters: Filters): string {
  const text = Buffer.from(token, 'base64url').toString();
  const expected = `${mark(filters)}.`;
  if (!text.startsWith(expected)) throw foreignToken();
  return text.slice(expected.length);
}

export function foreignToken(cause?: unknown): A2AError {
  return new A2AError(
    'INVALID_PARAMS',
    'params.pageToken is not a token of this list. Send the nextPageToken of its last page, and the same filters.',
    { field: 'pageToken', cause },
  );
}

function mark({ owner, agentId, contextId, state, statusSince }: Filters): string {
  const list = JSON.stringify([owner, agentId, contextId ?? null, state ?? null, statusSince ?? null]);
  return createHash('sha256').update(list).digest('base64url').slice(0, 12);
}

function readText(params: Params, name: string): string | undefined {
  const value = params[name] ?? undefined;
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw wrong(name, 'a string');
  return value;
}

function readState({ status }: Params): ClientTasksQuery['state'] {
  if (status === undefined || status === null || status === '' || status === 'TASK_STATE_UNSPECIFIED') return undefined;
  if (!isTaskState(status)) throw wrong('status', 'a state of a task, such as TASK_STATE_WORKING');
  return status;
}

function readPageSize({ pageSize }: Params): number {
  if (pageSize === undefined || pageSize === null) return DEFAULT_PAGE_SIZE;
  const size = numberOf(pageSize);
  if (typeof size !== 'number' || !Number.isInteger(size) || size < 1 || size > MAX_PAGE_SIZE) {
    throw wrong('pageSize', `an integer from 1 to ${MAX_PAGE_SIZE}`);
  }
  return size;
}

const timestamp = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.(?<fraction>\d{1,9}))?(?:[Zz]|[+-]\d\d:\d\d)$/;

function readTime(params: Params): number | undefined {
  const text = readText(params, 'statusTimestampAfter');
  if (text === undefined) return undefined;
  const match = timestamp.exec(text);
  const ms = match === null ? Number.NaN : Date.parse(text);
  if (Number.isNaN(ms)) throw wrong('statusTimestampAfter', 'a time such as 2026-01-31T12:00:00.000Z');
  // The times of tasks are whole milliseconds, and a fraction of one is after it.
  return /[1-9]/.test(match?.groups?.fraction?.slice(3) ?? '') ? ms + 1 : ms;
}

function readBoolean(params: Params, name: string): boolean {
  const value = params[name] ?? false;
  if (value === true || value === 'true') return true;
  if (value === false || value === 'false') return false;
  throw wrong(name, 'a boolean');
}
