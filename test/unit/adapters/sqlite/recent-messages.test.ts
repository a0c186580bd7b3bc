import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KNOWN_FOR_MS, KNOWN_MESSAGES, RecentMessages } from '#adapters/sqlite/recent-messages.ts';
import type { TaskId } from '#shared/ids.ts';
import { newTask } from '#test/support/task-events.ts';
import { ForwardClock, HOUR, openStore, type Store } from './retention/store.ts';

const clock = new ForwardClock();
let store: Store;
beforeEach(async () => {
  store = await openStore(clock);
});
afterEach(() => store.remove());

const key = (owner: string, number: number) => ({ owner, agentId: 'echo', messageId: `m${number}` });

describe('RecentMessages', () => {
  const add = (messages: RecentMessages, owner: string, from: number, count: number) =>
    store.database.write(() => {
      for (let at = from; at < from + count; at++) messages.add(key(owner, at), `${owner} ${at}` as TaskId, owner);
    });

  it('forgets the oldest messages of the client that sent most, and none of others', async () => {
    const messages = new RecentMessages(store.database, clock, 100);
    await add(messages, 'quiet', 0, 10);
    await add(messages, 'flood', 0, 5_000);
    expect(messages.find(key('quiet', 0))).toBe('quiet 0');
    expect(messages.find(key('flood', 4_909))).toBeUndefined();
    expect(messages.find(key('flood', 4_910))).toBe('flood 4910');
    await add(messages, 'second', 0, 5_000);
    expect(messages.find(key('quiet', 0))).toBe('quiet 0');
    const known = (owner: string, count: number) =>
      Array.from({ length: count }, (_, at) => messages.find(key(owner, at))).filter((each) => each !== undefined)
        .length;
    expect([known('flood', 5_000), known('second', 5_000)].sort()).toEqual([45, 45]);
  });

  it('knows the same after a restart, and nothing after an hour', async () => {
    await add(new RecentMessages(store.database, clock, 100), 'quiet', 0, 10);
    await add(new RecentMessages(store.database, clock, 100), 'flood', 0, 150);
    const messages = new RecentMessages(store.database, clock, 100);
    expect(messages.find(key('quiet', 0))).toBe('quiet 0');
    expect(messages.find(key('flood', 59))).toBeUndefined();
    expect(messages.find(key('flood', 60))).toBe('flood 60');
    clock.advance(KNOWN_FOR_MS + 1);
    expect(messages.find(key('quiet', 0))).toBeUndefined();
  });

  it('forgets a message whose transaction failed', async () => {
    const messages = new RecentMessages(store.database, clock, 100);
    const failed = store.database.write(() => {
      messages.add(key('quiet', 1), 'never' as TaskId, 'quiet');
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(messages.find(key('quiet', 1))).toBeUndefined();
  });
});

it('a message makes one task, also after a flood of another client, a pass of retention and a restart', async () => {
  const now = clock.now();
  const sent = newTask({ owner: 'quiet', messageId: 'once', createdAt: now, deadline: now + HOUR });
  await store.tasks.create(sent);
  const flood = KNOWN_MESSAGES + 500;
  await store.database.write(() =>
    store.database
      .prepare(
        `WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ?)
         INSERT INTO task_messages (owner, agent_id, message_id, task_id, created_at)
         SELECT 'flood', 'echo', 'm' || n, 'task', ? FROM n`,
      )
      .run(flood, now),
  );
  const { folder } = store;
  await store.close();
  store = await openStore(clock, folder);
  await store.keeping().look();
  expect(store.rows('task_messages')).toBeLessThanOrEqual(KNOWN_MESSAGES + 2);
  await store.close();
  store = await openStore(clock, folder);
  expect(await store.tasks.create({ ...sent, id: 'another' as TaskId })).toEqual({ created: false, taskId: sent.id });
});
