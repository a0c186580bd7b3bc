import type { Database } from './database.ts';

/** The newest row of each table that bears the time at which the mesh itself wrote it. */
const newest = [
  // The first 48 bits of a UUIDv7; the column `time` of an event is its producer's.
  "SELECT json_extract(event, '$.id') AS id FROM events ORDER BY position DESC LIMIT 1",
  'SELECT sent_at AS at FROM messages ORDER BY id DESC LIMIT 1',
  'SELECT sent_at AS at FROM fifo_messages ORDER BY sequence DESC LIMIT 1',
  'SELECT arrived_at AS at FROM records ORDER BY sequence DESC LIMIT 1',
  'SELECT created_at AS at FROM task_messages ORDER BY message DESC LIMIT 1',
] as const;

/** The latest time that the database knows of, in milliseconds since 1970: where the clock had been; 0 when it is new. */
export function latestTime(database: Database): number {
  return Math.max(0, ...newest.map((query) => timeOf(database.prepare(query).get())));
}

function timeOf(row: Readonly<Record<string, unknown>> | undefined): number {
  if (typeof row?.at === 'number') return row.at;
  if (typeof row?.id !== 'string') return 0;
  const milliseconds = Number.parseInt(row.id.replace('-', '').slice(0, 12), 16);
  return Number.isNaN(milliseconds) ? 0 : milliseconds;
}
