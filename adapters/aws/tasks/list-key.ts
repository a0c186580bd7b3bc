import { createHash } from 'node:crypto';
import type { TaskRecord } from '#shared/ports/task.ts';
import { SHARDS, shardOf } from './shards.ts';

/** Digits of milliseconds since 1970 in base 36, up to the year 117,000. They sort as text. */
const TIME_DIGITS = 10;
/** The random end of a UUIDv7. It orders tasks with equal times. */
const ID_END = 12;

type Client = Pick<TaskRecord, 'owner' | 'agentId'>;

/** The keys of a task in the index `ofClient`. They are short, because the state item has room for few bytes. */
export function listKey(task: Client & Pick<TaskRecord, 'id' | 'statusAt'>) {
  return { client: partition(task, shardOf(task.id)), clientAt: listTime(task.statusAt) + task.id.slice(-ID_END) };
}

/** A client's partitions at an agent. A client that sends a flood of calls must not fill a single partition. */
export function listPartitions(client: Client): string[] {
  return Array.from({ length: SHARDS }, (_, shard) => partition(client, shard));
}

/** A text that sorts before all keys of this time and later, and after all earlier ones. */
export function listTime(ms: number): string {
  // An agent tells the time of its status. A time before 1970 counts as 1970.
  return Math.max(0, ms).toString(36).padStart(TIME_DIGITS, '0');
}

export function isListCursor(cursor: string): boolean {
  return /^[0-9a-z]{10}[0-9a-f]{12}$/.test(cursor);
}

function partition({ owner, agentId }: Client, shard: number): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([owner, agentId]))
    .digest('base64url');
  return `${hash.slice(0, 12)}${shard}`;
}
