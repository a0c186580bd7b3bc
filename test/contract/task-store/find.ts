import { describe, expect, it } from 'vitest';
import type { AgentId, TaskId } from '#shared/ids.ts';
import type { NewTask, TaskStore } from '#shared/ports/task-store.ts';
import { nextTurn, noon, statusEvent } from '#test/support/task-events.ts';
import type { TaskStoreSetting } from './setting.ts';

/** How tasks are found: by an operator, and by the sweeper. */
export function findCases({ subject, tasks, create, get, deliver, end, turnOf }: TaskStoreSetting): void {
  describe('list', () => {
    it('gives the newest first, by owner, agent and state', async () => {
      const mine = await create({ owner: 'me' });
      const done = await create({ owner: 'me' });
      const other = await create({ owner: 'me', agentId: 'calculator' as AgentId });
      await create({ owner: 'you' });
      await end(done);
      const ids = async (query: Omit<Parameters<TaskStore['list']>[0], 'limit'>) =>
        (await tasks.list({ ...query, limit: 10 })).tasks.map(({ id }) => id);
      expect(await ids({ owner: 'me' })).toEqual([other.id, done.id, mine.id]);
      expect(await ids({ owner: 'me', agentId: 'echo' as AgentId })).toEqual([done.id, mine.id]);
      expect(await ids({ owner: 'me', state: 'TASK_STATE_CANCELED' })).toEqual([done.id]);
      expect(await ids({ owner: 'nobody' })).toEqual([]);
    });

    it('gives whole records', async () => {
      const task = await create();
      await deliver(...turnOf(task).slice(0, 2));
      expect(await tasks.list({ limit: 10 })).toEqual({ tasks: [await get(task)] });
    });

    it('gives pages without gaps or doubles', async () => {
      const made: NewTask['id'][] = [];
      for (let i = 0; i < 5; i++) made.push((await create()).id);
      const seen: TaskId[] = [];
      let cursor: string | undefined;
      do {
        const page = await tasks.list({ limit: 2, ...(cursor !== undefined && { cursor }) });
        expect(page.tasks.length).toBeLessThanOrEqual(2);
        seen.push(...page.tasks.map(({ id }) => id));
        cursor = page.next;
        await create({ owner: 'later' });
      } while (cursor !== undefined);
      expect(seen).toEqual(made.toReversed());
    });
  });

  describe('overdue', () => {
    it('gives what has not ended and whose deadline has come, the oldest deadline first', async () => {
      const late = await create({ deadline: noon + 2 });
      const later = await create({ deadline: noon + 3 });
      const ended = await create({ deadline: noon + 1 });
      await end(ended);
      await create({ deadline: noon + 4 });
      const ids = async (now: number, limit = 10) => (await tasks.overdue(now, limit)).map(({ id }) => id);
      // An index may lag behind.
      await expect.poll(() => ids(noon + 3)).toEqual([late.id, later.id]);
      expect(await ids(noon + 1)).toEqual([]);
      expect(await ids(noon + 2)).toEqual([late.id]);
      expect(await ids(noon + 3, 1)).toEqual([late.id]);
    });

    it('goes by the deadline of the current turn', async () => {
      const task = await create({ deadline: noon + 1 });
      await deliver(statusEvent(task, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED'));
      const { deadline } = await tasks.begin(nextTurn(task, 1));
      await expect.poll(() => tasks.overdue(deadline, 10)).toHaveLength(1);
      expect(await tasks.overdue(deadline - 1, 10)).toEqual([]);
    });
  });

  describe('recover', () => {
    it('publishes nothing again where all was published', async () => {
      const waits = await create();
      await deliver(statusEvent(waits, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED'));
      await tasks.begin(nextTurn(waits, 1));
      const canceled = await create();
      await end(canceled);
      await create();
      const before = (await subject.published()).length;
      expect(await tasks.recover(noon + 3_600_000)).toBe(0);
      expect(await subject.published()).toHaveLength(before);
    });

    it('publishes nothing again for a caller that has followed the log and left', async () => {
      const left = await create({ isFollowed: true });
      for await (const entries of tasks.tail(left.id, 1, AbortSignal.abort())) expect(entries).toEqual([]);
      const answered = await create({ isFollowed: true });
      await deliver(statusEvent(answered, { sequence: 1 }, 'TASK_STATE_WORKING'));
      const before = (await subject.published()).length;
      expect(await tasks.recover(noon + 3_600_000)).toBe(0);
      expect(await subject.published()).toHaveLength(before);
    });

    it('leaves deadlines alone', async () => {
      const task = await create();
      await tasks.recover(noon + 60_000);
      expect(await tasks.overdue(task.deadline - 1, 10)).toEqual([]);
      await expect.poll(() => tasks.overdue(task.deadline, 10)).toMatchObject([{ id: task.id }]);
    });
  });
}
