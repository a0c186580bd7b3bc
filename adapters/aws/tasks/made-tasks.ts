import type { AgentId, TaskId } from '#shared/ids.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import { merged } from './merge.ts';
import { SHARDS, shardOf } from './shards.ts';
import type { StoredTask } from './stored-task.ts';
import type { Item, TaskTable } from './table.ts';

const DAY_MS = 86_400_000;
/** The size of a listing's page. About 40 of these items make the 4 KB that a read unit reads. */
const PAGE_ITEMS = 40;

/** The members that a task has from its creation. They never change. */
export type MadeTask = Pick<TaskRecord, 'id' | 'agentId' | 'owner'>;

interface Newest {
  readonly since: number;
  readonly until: number;
  readonly before: string | undefined;
}

/**
 * The ids of tasks in the order of creation. Each task has one item, which never changes. Each day (UTC) and shard is a
 * partition. The item is written before anybody else knows the task, so no task can be missed.
 */
export class MadeTasks {
  readonly #table: TaskTable;

  constructor(table: TaskTable) {
    this.#table = table;
  }

  /** The newest first, from before the id or the time `until` back to the time `since`. */
  async *newest({ since, until, before }: Newest): AsyncIterable<MadeTask> {
    for (let day = startOfDay(until); day > since - DAY_MS; day -= DAY_MS) {
      const end = before === undefined || timeOf(before) >= day + DAY_MS ? idsFrom(day + DAY_MS) : before;
      const shards = partitionsOf(day).map((partition) =>
        this.#made({
          KeyConditionExpression: 'pk = :partition AND sk < :end',
          ExpressionAttributeValues: { ':partition': partition, ':end': end },
          ScanIndexForward: false,
          Limit: PAGE_ITEMS,
        }),
      );
      yield* merged(shards, (a, b) => (a.id < b.id ? 1 : -1));
    }
  }

  /** The oldest first, made in [since, until). */
  async *oldest(since: number, until: number): AsyncIterable<TaskId> {
    for (let day = startOfDay(since); day < until; day += DAY_MS) {
      const shards = partitionsOf(day).map((partition) =>
        this.#made({
          KeyConditionExpression: 'pk = :partition AND sk BETWEEN :since AND :until',
          ExpressionAttributeValues: { ':partition': partition, ':since': idsFrom(since), ':until': idsFrom(until) },
        }),
      );
      for await (const { id } of merged(shards, (a, b) => (a.id < b.id ? -1 : 1))) yield id;
    }
  }

  async *#made(query: Parameters<TaskTable['query']>[0]): AsyncIterable<MadeTask> {
    for await (const page of this.#table.query({ ...query, ConsistentRead: true })) {
      for (const { sk, agentId, owner } of page) {
        yield { id: sk as TaskId, agentId: agentId as AgentId, owner: String(owner) };
      }
    }
  }
}

export function madeItem({ task, expiresAt }: Pick<StoredTask, 'task' | 'expiresAt'>): Item {
  const { agentId, owner } = task;
  return { ...madeKey(task), owner, agentId, expiresAt };
}

export function madeKey({ id }: Pick<TaskRecord, 'id'>) {
  return { pk: partitionOf(startOfDay(timeOf(id)), shardOf(id)), sk: id };
}

/** The milliseconds since 1970 in a UUIDv7. */
export function timeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** A text that sorts before every UUIDv7 made at or after a time, and after every earlier one. */
function idsFrom(time: number): string {
  const hex = Math.max(0, time).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}`;
}

function startOfDay(time: number): number {
  return Math.floor(time / DAY_MS) * DAY_MS;
}

function partitionsOf(day: number): string[] {
  return Array.from({ length: SHARDS }, (_, shard) => partitionOf(day, shard));
}

function partitionOf(day: number, shard: number): string {
  return `made#${new Date(day).toISOString().slice(0, 10)}#${shard}`;
}
