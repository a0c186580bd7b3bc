import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { databaseFile } from '#adapters/sqlite/folder.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { inlineQueue, openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';
import { artifactEvent, entryOf, newTask, noon, statusEvent } from '#test/support/task-events.ts';

describe('parked events', () => {
  const clock = new TestClock();
  let sqlite: SqliteAdapters;
  let task: TaskRecord;

  beforeEach(async () => {
    sqlite = await openSqlite(clock);
    const created = await sqlite.tasks.create(newTask());
    if (!created.created) throw new Error('the task was there already');
    task = created.task;
  });
  afterEach(() => sqlite.remove());

  const event = (sequence: number) => artifactEvent(task, { sequence }, { append: sequence > 1, lastChunk: false });

  /** Changes the closed database, and opens it again. */
  async function withDatabase(change: (database: DatabaseSync) => void): Promise<void> {
    await sqlite.close();
    const database = new DatabaseSync(databaseFile(sqlite.folder));
    change(database);
    database.close();
    sqlite = await openSqlite(clock, sqlite.folder);
  }
  const rows = () => {
    const count = sqlite.database.prepare('SELECT count(*) AS rows FROM task_parked');
    return sqlite.database.read(() => Number(count.get()?.rows));
  };

  /** The events from 3 on are parked. */
  async function fill(count: number): Promise<void> {
    await sqlite.tasks.apply(event(3));
    await withDatabase((database) =>
      database.exec(`
        WITH RECURSIVE numbers(n) AS (SELECT 4 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count + 2})
        INSERT INTO task_parked (task, turn, attempt, sequence, event)
        SELECT task, turn, attempt, n, replace(event, '"sequence":3', '"sequence":' || n) FROM task_parked, numbers`),
    );
  }

  it('have a bound, also after a restart, and an event that comes again does not count', async () => {
    await fill(20_000);
    expect(await sqlite.tasks.apply(event(20_003))).toEqual({
      kind: 'exceeded',
      reason: 'The task reached a bound: it would have more than 20,000 events that wait for an earlier one.',
    });
    expect(await sqlite.tasks.apply(event(3))).toEqual({ kind: 'parked' });
    // Those that are folded make room.
    expect(await sqlite.tasks.apply(event(1))).toMatchObject({ kind: 'applied' });
    expect(await sqlite.tasks.apply(event(20_003))).toMatchObject({ kind: 'exceeded' });
    expect(await rows()).toBe(20_000);
    // They go with the end of the task, in several transactions.
    const status = { state: 'TASK_STATE_CANCELED' as const, timestamp: new Date(noon).toISOString() };
    await sqlite.tasks.end({ taskId: task.id, status, events: () => [] });
    await expect.poll(() => rows()).toBe(0);
  });

  it('go on after a crash between two slices, at the next delivery', async () => {
    await fill(250);
    await sqlite.tasks.apply(event(1));
    await sqlite.bus.put([entryOf(event(2))]);
    const { sequence } = (await sqlite.tasks.get(task.id)) ?? {};
    expect(sequence).toBe(102);
    // The queue keeps the event for the projector.
    await withDatabase(() => {});
    const messages = await sqlite.queue.receive(inlineQueue, { max: 10, wait: 0 });
    expect(messages).toHaveLength(1);
    expect(await sqlite.tasks.apply(event(2))).toEqual({ kind: 'dropped', why: 'duplicate' });
    expect(await sqlite.tasks.get(task.id)).toMatchObject({ sequence: 252, position: 253 });
    expect(await rows()).toBe(0);
  });

  it('are counted anew when a transaction is undone', async () => {
    await sqlite.tasks.apply(event(3));
    const failing = { ...event(4), data: { ...event(4).data, sequence: 4, broken: 1n } };
    await expect(sqlite.tasks.apply(failing as never)).rejects.toThrow(TypeError);
    await sqlite.tasks.apply(event(2));
    await sqlite.tasks.apply(event(1));
    expect(await sqlite.tasks.get(task.id)).toMatchObject({ sequence: 3 });
    await sqlite.tasks.apply(statusEvent(task, { sequence: 4 }, 'TASK_STATE_COMPLETED'));
    expect(await rows()).toBe(0);
  });
});
