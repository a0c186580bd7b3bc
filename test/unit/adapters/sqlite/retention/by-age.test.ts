import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { entriesOf } from '#shared/tasks/log.ts';
import { attemptFailure, nextTurn } from '#test/support/task-events.ts';
import { DAY, ForwardClock, HOUR, openStore, type Store } from './store.ts';

const clock = new ForwardClock();
let store: Store;

beforeEach(async () => {
  store = await openStore(clock);
});
afterEach(() => store.remove());

describe('retention by age', () => {
  it('takes tasks that ended before, with their logs and events, and no others', async () => {
    const ended = await store.completed();
    const open = await store.create();
    const waiting = await store.create();
    await store.put(store.status(waiting, 'TASK_STATE_INPUT_REQUIRED'));
    clock.advance(DAY - HOUR);
    const later = await store.completed();
    clock.advance(2 * HOUR);
    const logs = await Promise.all([open, waiting, later].map(({ id }) => entriesOf(store.tasks, id, 0)));

    await store.keeping().look();

    expect(await store.find(ended)).toBeUndefined();
    expect(await entriesOf(store.tasks, ended.id, 0)).toEqual([]);
    for await (const _ of store.tasks.tail(ended.id, 0, new AbortController().signal)) throw new Error('it is gone');
    expect((await store.tasks.list({ limit: 10 })).tasks.map(({ id }) => id)).toEqual(
      [later, waiting, open].map(({ id }) => id),
    );
    expect(await Promise.all([open, waiting, later].map(({ id }) => entriesOf(store.tasks, id, 0)))).toStrictEqual(
      logs,
    );
    expect(store.rows('task_log')).toBe(logs.flat().length);
    // The archive begins with what came within the age; who follows it goes on there.
    expect(await store.eventsFrom(0)).toEqual([6, 7]);
    expect(store.counts).toEqual(
      new Map([
        ['starling_pruned_total tasks', 1],
        ['starling_pruned_total events', 5],
        ['starling_pruned_total message_ids', 3],
      ]),
    );
    expect(store.lines).toEqual([
      {
        level: 'info',
        message: 'what was older than the retention was deleted',
        fields: { tasks: 1, events: 5, message_ids: 3 },
      },
    ]);
    // The turn of a task whose events are gone goes on.
    await store.tasks.begin({ ...nextTurn(waiting, 1), at: clock.now(), deadline: clock.now() + HOUR });
    expect(await entriesOf(store.tasks, waiting.id, 0)).toHaveLength(3);
  });

  it('takes the causes of failed attempts with their tasks', async () => {
    const [gone, stays] = [await store.completed(), await store.create()];
    for (const task of [gone, stays]) await store.tasks.noteFailedAttempt(attemptFailure(task, 1, 'broke'));
    clock.advance(2 * DAY);
    await store.keeping().look();
    expect(store.rows('task_failures')).toBe(1);
    expect(await store.tasks.failedAttempts(stays.id)).toHaveLength(1);
  });

  it('keeps an overdue task that ends while a pass runs, also if the clock jumped in between', async () => {
    const task = await store.create();
    await store.create();
    clock.advance(2 * DAY);
    const pass = store.keeping().look();
    clock.advance(2 * HOUR);
    await store.put(store.status(task, 'TASK_STATE_COMPLETED'));
    await pass;
    expect(await store.find(task)).toBeDefined();
  });

  it('keeps an overdue task that its agent ended by a clock that is ahead', async () => {
    const task = await store.create();
    await store.create();
    clock.advance(2 * DAY);
    await store.put(store.status(task, 'TASK_STATE_COMPLETED', clock.now() + 30 * 60_000));
    await store.keeping().look();
    expect(await store.find(task)).toBeDefined();
    clock.advance(HOUR);
    await store.keeping().look();
    expect(await store.find(task)).toBeUndefined();
  });

  it('takes a task by its creation, and not while it is open or has just ended', async () => {
    const task = await store.create();
    await store.create();
    clock.advance(2 * DAY);
    await store.keeping().look();
    expect(await store.find(task)).toBeDefined();
    await store.put(store.status(task, 'TASK_STATE_COMPLETED', clock.now()));
    await store.keeping().look();
    expect(await store.find(task)).toBeDefined();
    clock.advance(10_000);
    await store.keeping().look();
    expect(await store.find(task)).toBeUndefined();
  });

  it('tells the age of what there is by its own clock, which a jump of the other does not move', async () => {
    await store.completed();
    await store.queue.create('jobs', { visibilityTimeout: 30 });
    await store.queue.send('jobs', [{ body: 'kept' }]);
    const today = clock.now();
    const keeping = store.keeping({ ageClock: { now: () => today } });
    clock.advance(365 * DAY);
    await store.completed();
    await keeping.look();
    expect(store.counts).toEqual(new Map());
    expect(store.lines).toEqual([]);
  });

  it('believes no agent that its task ended long ago, or will end some day', async () => {
    const before = await store.completed(0);
    const after = await store.completed(Date.UTC(9999, 0));
    clock.advance(DAY - 1_000);
    await store.completed();
    await store.keeping().look();
    expect([await store.find(before), await store.find(after)]).toEqual([expect.anything(), expect.anything()]);
    clock.advance(2_000);
    await store.keeping().look();
    expect(await store.find(before)).toBeUndefined();
    clock.advance(HOUR);
    await store.keeping().look();
    expect(await store.find(after)).toBeUndefined();
  });

  it('counts from when an event came, whatever its producer says', async () => {
    await store.foreign();
    await store.foreign(clock.now() + 100 * DAY);
    clock.advance(DAY + 1);
    await store.foreign(clock.now() - 100 * DAY);
    await store.foreign();
    await store.keeping().look();
    expect(await store.eventsFrom(0)).toEqual([3, 4]);
  });

  it('never has a number given again', async () => {
    await store.completed();
    await store.completed();
    await store.quarantine.put('broken', '{}');
    await store.quarantine.put('broken', '{}');
    clock.advance(2 * DAY);
    await store.keeping().look();
    expect(['tasks', 'events', 'quarantine', 'task_messages'].map(store.rows)).toEqual([1, 1, 1, 1]);
    const task = await store.completed();
    expect(await store.eventsFrom(0)).toEqual([4, 5, 6]);
    await store.quarantine.put('broken', '{}');
    const { events } = await store.quarantine.list({ limit: 10 });
    expect(events.map(({ id }) => id)).toEqual(['3', '2']);
    expect((await store.tasks.list({ limit: 1 })).tasks[0]?.id).toBe(task.id);
  });

  it('takes what bears a time of its own life', async () => {
    const expire = (id: string, at: number) =>
      store.database.prepare("INSERT INTO idempotency (id, status, expires_at) VALUES (?, 'COMPLETED', ?)").run(id, at);
    await store.database.write(() => {
      for (let id = 0; id < 4_500; id++) expire(`old-${id}`, clock.now() - 1);
      expire('new', clock.now() + 1);
    });
    await store.keeping().look();
    expect(store.rows('idempotency')).toBe(1);
    expect(store.counts.get('starling_pruned_total idempotency')).toBe(4_500);
  });

  it('keeps what tells a message sent again for an hour, and of a hundred thousand messages', async () => {
    const insert = store.database.prepare(
      "INSERT INTO task_messages (owner, agent_id, message_id, task_id, created_at) VALUES ('a', 'b', 'c', 'd', ?)",
    );
    await store.database.write(() => {
      for (let count = 0; count < 5; count++) insert.run(clock.now() - 61 * 60_000);
      for (let count = 0; count < 100_010; count++) insert.run(clock.now());
    });
    await store.keeping().look();
    expect(store.rows('task_messages')).toBe(100_001);
  });
});
