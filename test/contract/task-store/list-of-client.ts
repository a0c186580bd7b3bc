import { describe, expect, it } from 'vitest';
import type { AgentId, ContextId, TaskId } from '#shared/ids.ts';
import { InvalidCursorError } from '#shared/ports/errors.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { ClientTasksQuery } from '#shared/ports/task-store.ts';
import { nextTurn, noon, statusEvent } from '#test/support/task-events.ts';
import type { TaskStoreSetting } from './setting.ts';

/** How a client lists its tasks at an agent. */
export function listOfClientCases({ tasks, create, get, deliver, end, turnOf }: TaskStoreSetting): void {
  const mine = { owner: 'me', agentId: 'echo' as AgentId };
  const list = async (query: Partial<ClientTasksQuery> = {}) => {
    const page = await tasks.listOfClient({ ...mine, limit: 10, ...query });
    return { ids: page.tasks.map(({ task }) => task.id), total: page.total, next: page.next };
  };
  const ids = (...all: readonly TaskRecord[]) => all.map(({ id }) => id);
  const createMine = (changes: Parameters<typeof create>[0] = {}) => create({ owner: 'me', ...changes });

  describe('listOfClient', () => {
    it('gives the tasks of this client at this agent alone', async () => {
      const first = await createMine();
      await create({ owner: 'you' });
      await createMine({ agentId: 'calculator' as AgentId });
      await expect.poll(() => list()).toEqual({ ids: [first.id], total: 1, next: undefined });
      expect(await list({ owner: 'nobody' })).toEqual({ ids: [], total: 0, next: undefined });
    });

    it('gives whole records, the newest status first', async () => {
      const working = await createMine();
      const ended = await createMine();
      const last = await createMine();
      await end(ended, 'TASK_STATE_CANCELED', noon + 2_000);
      await deliver(...turnOf(working).slice(0, 1));
      const expected = (await Promise.all([working, ended, last].map(get))).sort((a, b) => b.statusAt - a.statusAt);
      const records = async () => (await tasks.listOfClient({ ...mine, limit: 10 })).tasks.map(({ task }) => task);
      await expect.poll(async () => (await records())[0]).toEqual(expected[0]);
      expect((await records()).map(({ statusAt }) => statusAt)).toEqual(expected.map(({ statusAt }) => statusAt));
      expect(await records()).toEqual(expect.arrayContaining(expected));
    });

    it('filters by context, state and time of the status', async () => {
      const contextId = 'shared' as ContextId;
      const done = await createMine({ contextId });
      const open = await createMine({ contextId });
      const other = await createMine();
      await create({ owner: 'you', contextId });
      await end(done, 'TASK_STATE_CANCELED', noon + 3_000);
      await end(other, 'TASK_STATE_CANCELED', noon + 5_000);
      await expect.poll(() => list({ contextId })).toMatchObject({ ids: ids(done, open), total: 2 });
      expect(await list({ state: 'TASK_STATE_CANCELED' })).toMatchObject({ ids: ids(other, done), total: 2 });
      expect(await list({ contextId, state: 'TASK_STATE_CANCELED' })).toMatchObject({ ids: ids(done), total: 1 });
      expect(await list({ statusSince: noon + 3_000 })).toMatchObject({ ids: ids(other, done), total: 2 });
      expect(await list({ statusSince: noon + 3_001 })).toMatchObject({ ids: ids(other), total: 1 });
      expect(await list({ contextId: 'nothing' as ContextId })).toMatchObject({ ids: [], total: 0 });
    });

    it('gives pages without gaps or doubles while tasks come and change', async () => {
      const made: TaskRecord[] = [];
      for (let i = 0; i < 7; i++) {
        const task = await createMine();
        // Two of them have equal times.
        await end(task, 'TASK_STATE_CANCELED', noon + 1_000 * Math.ceil(i / 2));
        made.push(task);
      }
      const moving = await createMine();
      await expect.poll(() => list()).toMatchObject({ total: 8 });
      const seen: TaskId[] = [];
      let cursor: string | undefined;
      do {
        const page = await tasks.listOfClient({ ...mine, limit: 2, ...(cursor !== undefined && { cursor }) });
        expect(page.tasks.length).toBeLessThanOrEqual(2);
        seen.push(...page.tasks.map(({ task }) => task.id));
        cursor = page.next;
        await createMine();
        await end(moving, 'TASK_STATE_CANCELED', noon + 60_000);
      } while (cursor !== undefined);
      const unchanged = new Set<string>(ids(...made));
      expect(seen.filter((id) => unchanged.has(id)).toSorted()).toEqual([...unchanged].toSorted());
    });

    it('a page begins after any task of the page before', async () => {
      for (let i = 0; i < 3; i++) await createMine();
      await expect.poll(() => list()).toMatchObject({ total: 3 });
      const { tasks: all } = await tasks.listOfClient({ ...mine, limit: 10 });
      const rest = await list({ cursor: all[0]?.cursor ?? '' });
      expect(rest).toEqual({ ids: all.slice(1).map(({ task }) => task.id), total: 3, next: undefined });
    });

    it('refuses a foreign cursor', async () => {
      for (const cursor of ['', 'x', '1.2.3', '~', '1'.repeat(500)]) {
        await expect(list({ cursor }), cursor).rejects.toThrow(InvalidCursorError);
      }
    });

    it('follows a task through its turns', async () => {
      const task = await createMine();
      await deliver(statusEvent(task, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED'));
      await expect.poll(() => list({ state: 'TASK_STATE_INPUT_REQUIRED' })).toMatchObject({ ids: [task.id] });
      await tasks.begin(nextTurn(task, 1));
      await expect.poll(() => list({ state: 'TASK_STATE_SUBMITTED' })).toMatchObject({ ids: [task.id], total: 1 });
      expect(await list({ state: 'TASK_STATE_INPUT_REQUIRED' })).toMatchObject({ ids: [], total: 0 });
    });

    it('has a followed task at the latest when it has changed, is not followed any more, or was looked at', async () => {
      const changed = await createMine({ isFollowed: true });
      const left = await createMine({ isFollowed: true });
      const silent = await createMine({ isFollowed: true });
      await deliver(...turnOf(changed).slice(0, 1));
      const found = async () => (await list()).ids;
      await expect.poll(found).toContain(changed.id);
      for await (const _ of tasks.tail(left.id, 1, AbortSignal.abort()));
      await expect.poll(found).toContain(left.id);
      await tasks.recover(noon + 3_600_000);
      await expect.poll(found).toContain(silent.id);
      expect(await found()).toHaveLength(3);
    });
  });
}
