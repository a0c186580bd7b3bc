import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TaskId } from '#shared/ids.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { artifactEvent, entryOf } from '#test/support/task-events.ts';
import { DAY, ForwardClock, openStore, type Store } from './store.ts';

const clock = new ForwardClock();
let store: Store;

beforeEach(async () => {
  store = await openStore(clock);
});
afterEach(() => store.remove());

describe('retention in small pieces', () => {
  /** A task with a log that is too long and too large for one transaction. */
  async function long(): Promise<TaskRecord> {
    const task = await store.create();
    for (let sequence = 1; sequence <= 1_500; sequence++) {
      void store.tasks.apply(artifactEvent(task, { sequence }, { append: true, text: 'y'.repeat(4_000) }));
    }
    for (let sequence = 1_501; sequence < 1_560; sequence++) {
      void store.put(entryOf(artifactEvent(task, { sequence }, { append: true, text: 'z'.repeat(90_000) })));
    }
    await store.tasks.apply(artifactEvent(task, { sequence: 1_560 }, { append: true }));
    return task;
  }
  async function end(id: TaskId): Promise<void> {
    const timestamp = new Date(clock.now()).toISOString();
    await store.tasks.end({ taskId: id, status: { state: 'TASK_STATE_CANCELED', timestamp }, events: () => [] });
  }

  it('lets others work while it takes a long log, and shows none that has begun to go', async () => {
    const task = await long();
    const log = await entriesOf(store.tasks, task.id, 0);
    clock.advance(DAY + 1_000);
    await store.create();
    // Open: its log gets copies of the events.
    await store.keeping().look();
    expect(await entriesOf(store.tasks, task.id, 0)).toStrictEqual(log);
    expect(store.rows('events')).toBe(1);
    await end(task.id);
    clock.advance(DAY + 1_000);
    await store.create();
    let done = false;
    const looking = store
      .keeping()
      .look()
      .then(() => {
        done = true;
      });
    let between = 0;
    while (!done) {
      await store.foreign();
      if (!done) between++;
      const found = await store.find(task);
      if (found) expect(await entriesOf(store.tasks, task.id, 0)).toHaveLength(log.length + 1);
    }
    await looking;
    expect(between).toBeGreaterThan(3);
    expect(await store.find(task)).toBeUndefined();
    // Of the two that were made since.
    expect(store.rows('task_log')).toBe(2);
  });

  it('deletes some two thousand rows in a transaction, of whatever table', async () => {
    await Promise.all(Array.from({ length: 2_500 }, () => store.completed()));
    clock.advance(DAY + 1_000);
    await store.completed();
    const total = store.database.prepare('SELECT total_changes() AS rows');
    const rows = () => Number(total.get()?.rows);
    const changed: number[] = [];
    const write = store.database.write.bind(store.database);
    vi.spyOn(store.database, 'write').mockImplementation((unit) =>
      write(() => {
        const before = rows();
        const result = unit();
        changed.push(rows() - before);
        return result;
      }),
    );
    await store.keeping().look();
    expect(changed.reduce((sum, count) => sum + count, 0)).toBe(2_500 * 6);
    expect(Math.max(...changed)).toBeLessThanOrEqual(3_000);
  });

  it('finds the body of a message that comes to an old event meanwhile', async () => {
    await store.queue.create('shop', { visibilityTimeout: 30 });
    await Promise.all(Array.from({ length: 9_000 }, () => store.foreign()));
    const last = store.database.prepare('SELECT position, event FROM events WHERE position = 9000').get();
    clock.advance(DAY + 1_000);
    await store.foreign();
    const looking = store.keeping().look();
    while (store.rows('events') > 9_000) await new Promise(setImmediate);
    expect(store.rows('events')).toBeGreaterThan(1);
    // As a dead letter of a FIFO queue comes: a new row with the event of the old one.
    store.database
      .prepare(
        "INSERT INTO messages (queue, message_id, event, sent_at, visible_at) VALUES ('shop', 'm', 9000, ?1, ?1)",
      )
      .run(clock.now());
    await looking;
    expect(store.rows('events')).toBe(1);
    const received = await store.queue.receive('shop', { max: 1, wait: 0 });
    expect(received.map(({ body }) => body)).toEqual([last?.event]);
  });

  it('goes on after a stop, a crash or a restart where it was', async () => {
    await Promise.all(Array.from({ length: 1_200 }, () => store.completed()));
    await store.create();
    clock.advance(DAY + 1_000);
    await store.completed();
    const stopped = store.keeping();
    const looking = stopped.look();
    await new Promise(setImmediate);
    await stopped.stop();
    await looking;
    expect(store.rows('tasks')).toBeGreaterThan(10);
    // As a crash leaves it: the tasks are gone and their logs are not.
    store.database.prepare('DELETE FROM tasks WHERE open IS NULL AND task < 900').run();
    await store.close();
    store = { ...(await openStore(clock, store.folder)), folder: store.folder };
    await store.keeping().look();
    expect(store.rows('tasks')).toBe(2);
    expect(store.rows('task_log')).toBe(3);
    expect(store.rows('events')).toBe(2);
    expect(store.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('says and counts that it failed, and tries again a minute later', async () => {
    await store.completed();
    clock.advance(DAY + 1_000);
    await store.completed();
    store.database
      .prepare("CREATE TEMP TRIGGER broken BEFORE DELETE ON events BEGIN SELECT raise(ABORT, 'no'); END")
      .run();
    const keeping = store.keeping();
    await keeping.look();
    expect(store.counts.get('starling_retention_failures_total')).toBe(1);
    expect(store.lines).toMatchObject([{ level: 'error', fields: { error: expect.any(Error) } }]);
    store.database.prepare('DROP TRIGGER broken').run();
    await keeping.look();
    expect(store.rows('events')).toBe(4);
    clock.advance(61_000);
    await keeping.look();
    expect(store.rows('events')).toBe(2);
  });
});
