import type { Database } from './database.ts';

/** Select the newest row of each table that stores the time of the write by the mesh's own clock. */
const newest = [
  // The time is in the first 48 bits of the UUIDv7. The column `time` of an event comes from its producer.
  "SELECT json_extract(event, '$.id') AS id FROM events ORDER BY position DESC LIMIT 1",
  'SELECT sent_at AS at FROM messages ORDER BY id DESC LIMIT 1',
  'SELECT sent_at AS at FROM fifo_messages ORDER BY sequence DESC LIMIT 1',
  'SELECT arrived_at AS at FROM records ORDER BY sequence DESC LIMIT 1',
  'SELECT created_at AS at FROM task_messages ORDER BY message DESC LIMIT 1',
] as const;

/** The latest time of the mesh's clock in the database, in milliseconds since 1970. 0: the database is new. */
export function latestTime(database: Database): number {
  return Math.max(0, ...newest.map((query) => timeOf(database.prepare(query).get())));
}

function timeOf(row: Readonly<Record<string, unknown>> | undefined): number {
  if (typeof row?.at === 'number') return row.at;
  if (typeof row?.id !== 'string') return 0;
  const milliseconds = Number.parseInt(row.id.replace('-', '').slice(0, 12), 16);
  return Number.isNaN(milliseconds) ? 0 : milliseconds;
}
