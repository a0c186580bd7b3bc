import { rmSync } from 'node:fs';
import { SqliteAgentRegistry } from '#adapters/sqlite/agent-registry.ts';
import { Database } from '#adapters/sqlite/database.ts';
import { SqliteEventBus } from '#adapters/sqlite/event-bus.ts';
import { SqliteQuarantine } from '#adapters/sqlite/quarantine.ts';
import { SqliteQueue } from '#adapters/sqlite/queue.ts';
import { SqliteStream } from '#adapters/sqlite/stream.ts';
import { openTasks } from '#adapters/sqlite/tasks.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import { temporaryFolder } from './fixtures.ts';

export const inlineQueue = 'starling-local-projector';

/** 30 days. */
export const RETENTION_MS = 30 * 86_400_000;

export type SqliteAdapters = Awaited<ReturnType<typeof openSqlite>>;

/** The SQLite adapters on one data folder, put together as the standalone runtime does. */
export async function openSqlite(clock: Clock, folder = temporaryFolder()) {
  const database = Database.open(folder);
  const queue = new SqliteQueue(database, clock);
  const bus = new SqliteEventBus(database, queue, clock, { account: '000000000000', region: 'us-east-1' });
  const quarantine = new SqliteQuarantine(database, clock);
  const ended: TaskRecord[] = [];
  const onEnded = (task: TaskRecord) => void ended.push(task);
  const tasks = openTasks({ database, bus, quarantine, clock, retentionMs: RETENTION_MS, inlineQueue, onEnded });
  await queue.create(inlineQueue, { visibilityTimeout: 30 });
  await bus.putRule({
    name: 'projector',
    pattern: {
      source: [{ prefix: 'starling.agents.' }],
      'detail-type': ['TaskStatusChanged.v1', 'TaskArtifact.v1'],
    },
    queue: inlineQueue,
  });
  return {
    folder,
    database,
    queue,
    bus,
    stream: new SqliteStream(database, clock),
    quarantine,
    tasks,
    ended,
    registry: new SqliteAgentRegistry(database, bus, clock),
    /** Closes, and leaves the folder for the next to open it. */
    close: () => database.close(),
    /** Closes and removes the folder. */
    async remove() {
      await database.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
