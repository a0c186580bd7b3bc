import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskRecord } from '#shared/ports/task.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { artifactEvent, entryOf } from '#test/support/task-events.ts';
import { ForwardClock, HOUR, openStore, type Store } from './store.ts';

const clock = new ForwardClock();
let store: Store;

beforeEach(async () => {
  store = await openStore(clock);
});
afterEach(() => store.remove());

describe('retention by size', () => {
  const large = 'x'.repeat(50_000);
  const live = () => store.keeping().size.live();
  async function fill(count: number): Promise<TaskRecord[]> {
    const tasks: TaskRecord[] = [];
    for (let made = 0; made < count; made++) {
      const task = await store.create();
      await store.put(entryOf(artifactEvent(task, { sequence: 1 }, { text: large })));
      await store.put(store.status(task, 'TASK_STATE_COMPLETED', clock.now(), 2));
      tasks.push(task);
      clock.advance(10_000);
    }
    return tasks;
  }

  it('takes the oldest before their age until there is room', async () => {
    const tasks = await fill(40);
    const full = live();
    await store.keeping({ maxStore: full }).look();
    expect(store.rows('tasks')).toBe(40);

    await store.keeping({ maxStore: full - 1 }).look();
    expect(live()).toBeLessThanOrEqual(full * 0.9);
    expect(live()).toBeGreaterThan(full * 0.7);
    const kept = (await Promise.all(tasks.map(store.find))).map((task) => task !== undefined);
    expect(kept).toEqual([...kept].sort());
    expect(kept).toContain(false);
    expect(store.lines).toEqual([]);
    // What it did is told with the next pass by age.
    const again = store.keeping({ maxStore: full - 1 });
    await fill(10);
    await again.look();
    clock.advance(61_000);
    await again.look();
    expect(store.lines).toEqual([
      {
        level: 'info',
        message:
          'the store reached STARLING_MAX_STORE: the oldest data of its largest holders was deleted before its age',
        fields: expect.objectContaining({ youngest: expect.stringMatching(/^2026-/), tasks: expect.any(Number) }),
      },
    ]);
  });

  it('fills the room again before the file grows', async () => {
    const keeping = store.keeping({ maxStore: 1_500_000 });
    await fill(40);
    await keeping.look();
    const pages = () => Number(store.database.prepare('PRAGMA page_count').get()?.page_count);
    const before = pages();
    for (let round = 0; round < 5; round++) {
      await fill(10);
      await keeping.look();
    }
    expect(pages()).toBeLessThan(before * 1.2);
  });

  it('keeps what is not done with, says what that is, and refuses nothing', async () => {
    const tasks = await fill(5);
    const open = await store.create();
    await store.put(entryOf(artifactEvent(open, { sequence: 1 }, { text: large })));
    await store.queue.create('jobs', { visibilityTimeout: 30 });
    await store.queue.send('jobs', [{ body: large }]);
    await store.stream.create('chunks', 1);
    await store.stream.put('chunks', [{ partitionKey: 'a', data: new Uint8Array(100) }]);
    const log = await entriesOf(store.tasks, open.id, 0);
    clock.advance(10_000);
    const keeping = store.keeping({ maxStore: 1 });
    await keeping.look();
    clock.advance(61_000);
    await keeping.look();
    expect(store.lines.filter(({ level }) => level === 'error')).toEqual([
      {
        level: 'error',
        message: expect.stringContaining('larger than STARLING_MAX_STORE'),
        fields: { bytes: live(), maxStore: 1, openTasks: 1, messages: { jobs: 1 }, idempotency: 0 },
      },
    ]);
    expect(await Promise.all(tasks.map(store.find))).toEqual(tasks.map(() => undefined));
    expect(await entriesOf(store.tasks, open.id, 0)).toStrictEqual(log);
    expect(store.rows('records')).toBe(0);
    await store.completed();
    clock.advance(HOUR);
    await keeping.look();
    expect(store.lines.filter(({ level }) => level === 'error')).toHaveLength(2);
  });

  it('leaves the newest seconds alone', async () => {
    const task = await store.completed();
    await store.completed();
    clock.advance(1_000);
    await store.keeping({ maxStore: 1 }).look();
    expect(await store.find(task)).toBeDefined();
    clock.advance(2_000);
    await store.keeping({ maxStore: 1 }).look();
    expect(await store.find(task)).toBeUndefined();
  });

  it('forgets what tells a message of a task that is gone', async () => {
    await fill(3);
    await store.create();
    clock.advance(10_000);
    await store.keeping({ maxStore: 1 }).look();
    expect(store.rows('task_messages')).toBe(1);
  });
});
