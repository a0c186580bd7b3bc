import type { TaskId } from '#shared/ids.ts';
import { InvalidCursorError } from '#shared/ports/errors.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import { type ClientTasksPage, type ClientTasksQuery, MAX_TOTAL } from '#shared/ports/task-store.ts';
import { isListCursor, listPartitions, listTime } from './list-key.ts';
import { chunked, merged } from './merge.ts';
import { stateInItem } from './stored-task.ts';
import type { TaskTable } from './table.ts';

/** An entry of the index `ofClient`. */
interface Entry {
  readonly id: TaskId;
  /** Its place in the list. */
  readonly at: string;
}

/** Sorts after every place of the list. */
const END = '~';

/**
 * The tasks of one client at one agent, the newest status first. The index gives their order. The tasks themselves are read
 * from the table, because the index may lag behind.
 *
 * A filter by state or context reads the client's entries of the index until the page is full, and for the total all of them or
 * `MAX_TOTAL` that match. A read unit reads about 50 entries.
 *
 * @throws InvalidCursorError
 */
export async function listOfClient(table: TaskTable, query: ClientTasksQuery): Promise<ClientTasksPage> {
  const { limit, cursor } = query;
  if (cursor !== undefined && !isListCursor(cursor)) throw new InvalidCursorError();
  const entries = await first(newest(table, query, cursor), limit + 1);
  const shown = entries.slice(0, limit);
  const places = new Map(shown.map(({ id, at }) => [id, at]));
  const [tasks, total] = await Promise.all([
    table.getAll(shown.map(({ id }) => id)),
    // The first page counts what it shows if it is the last too.
    cursor === undefined && entries.length <= limit ? entries.length : count(table, query),
  ]);
  const next = entries.length > limit ? shown.at(-1)?.at : undefined;
  return {
    tasks: tasks.flatMap(({ task }) => {
      const place = places.get(task.id);
      return place !== undefined && matches(task, query) ? [{ task, cursor: place }] : [];
    }),
    ...(next !== undefined && { next }),
    total,
  };
}

async function first<Item>(items: AsyncIterable<Item>, count: number): Promise<readonly Item[]> {
  for await (const chunk of chunked(items, count)) return chunk;
  return [];
}

/** The task may have changed since the index knew it. */
function matches(task: TaskRecord, { owner, agentId, contextId, state }: ClientTasksQuery): boolean {
  return (
    task.owner === owner &&
    task.agentId === agentId &&
    (contextId === undefined || task.contextId === contextId) &&
    (state === undefined || task.state === state)
  );
}

async function* newest(table: TaskTable, query: ClientTasksQuery, cursor: string | undefined): AsyncIterable<Entry> {
  const shards = listPartitions(query).map((partition) =>
    entriesOf(table, query, partition, { before: cursor, pageItems: query.limit + 2 }),
  );
  const seen = new Set<TaskId>();
  for await (const entry of merged(shards, (a, b) => (a.at < b.at ? 1 : -1))) {
    // An index that changes while it is read can name a task twice.
    if (!seen.has(entry.id)) yield entry;
    seen.add(entry.id);
  }
}

async function count(table: TaskTable, query: ClientTasksQuery): Promise<number> {
  let total = 0;
  await Promise.all(
    listPartitions(query).map(async (partition) => {
      for await (const _ of entriesOf(table, query, partition, {})) {
        total++;
        if (total >= MAX_TOTAL) return;
      }
    }),
  );
  return Math.min(total, MAX_TOTAL);
}

interface Part {
  /** A place of the list. The entries after it in the list's order are older. */
  readonly before?: string | undefined;
  readonly pageItems?: number;
}

/** The entries of one partition, the newest first. */
async function* entriesOf(
  table: TaskTable,
  { contextId, state, statusSince }: ClientTasksQuery,
  partition: string,
  { before, pageItems }: Part,
): AsyncIterable<Entry> {
  const filters = [
    ...(contextId === undefined ? [] : ['#contextId = :contextId']),
    ...(state === undefined ? [] : ['#state = :state']),
  ];
  const pages = table.query({
    IndexName: 'ofClient',
    KeyConditionExpression: '#client = :client AND #clientAt BETWEEN :since AND :before',
    ...(filters.length > 0 && { FilterExpression: filters.join(' AND ') }),
    ProjectionExpression: 'pk, #clientAt, expiresAt',
    ExpressionAttributeNames: {
      '#client': 'client',
      '#clientAt': 'clientAt',
      ...(contextId !== undefined && { '#contextId': 'contextId' }),
      ...(state !== undefined && { '#state': 'state' }),
    },
    ExpressionAttributeValues: {
      ':client': partition,
      ':since': listTime(statusSince ?? 0),
      ':before': before ?? END,
      ...(contextId !== undefined && { ':contextId': contextId }),
      ...(state !== undefined && { ':state': stateInItem(state) }),
    },
    ScanIndexForward: false,
    // DynamoDB counts a page's items before it filters them.
    ...(filters.length === 0 && pageItems !== undefined && { Limit: pageItems }),
  });
  for await (const page of pages) {
    for (const { pk, clientAt } of page) {
      if (clientAt !== before) yield { id: pk as TaskId, at: String(clientAt) };
    }
  }
}
