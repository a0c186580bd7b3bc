import { describe, expect, it } from 'vitest';
import { TaskExpiresError, TurnConflictError } from '#shared/ports/errors.ts';
import type { AgentEvent } from '#shared/ports/task.ts';
import { messageBytes } from '#shared/tasks/bounds.ts';
import { RETENTION_MS } from '#test/support/sqlite.ts';
import { newTask, nextTurn, noon, statusEvent } from '#test/support/task-events.ts';
import type { TaskStoreSetting } from './setting.ts';

/** The next turns of a task, and its end from outside. */
export function turnCases({
  subject,
  tasks,
  create,
  get,
  deliver,
  log,
  brief,
  publishedOf,
  turnOf,
  end,
}: TaskStoreSetting): void {
  it('tells of each task that has ended, once', async () => {
    const done = await create();
    const canceled = await create({ messageId: 'another' });
    const early = await create({ messageId: 'a third' });
    await create({ messageId: 'a fourth, which stays open' });
    await deliver(...turnOf(done), ...turnOf(done));
    await end(canceled);
    await end(canceled);
    await deliver(...turnOf(canceled), ...turnOf(early).toReversed());
    expect(subject.ended().map(({ id, state }) => [id, state])).toEqual([
      [done.id, 'TASK_STATE_COMPLETED'],
      [canceled.id, 'TASK_STATE_CANCELED'],
      [early.id, 'TASK_STATE_COMPLETED'],
    ]);
  });

  describe('begin', () => {
    const waiting = async () => {
      const task = await create();
      await deliver(
        statusEvent(task, { attempt: 2, sequence: 1 }, 'TASK_STATE_WORKING'),
        statusEvent(task, { attempt: 2, sequence: 2 }, 'TASK_STATE_INPUT_REQUIRED', 'which?'),
      );
      return get(task);
    };

    it('refuses a turn whose deadline is after the end of its tasks retention', async () => {
      const task = await waiting();
      const end = task.createdAt + RETENTION_MS;
      await expect(tasks.begin(nextTurn(task, 1, { deadline: end + 60_000 }))).rejects.toBeInstanceOf(TaskExpiresError);
      expect(await get(task)).toEqual(task);
      expect(await tasks.begin(nextTurn(task, 1, { deadline: end }))).toMatchObject({ turn: 2 });
    });

    it('begins the next turn of a task that waits, with the message and the request', async () => {
      const task = await waiting();
      const turn = nextTurn(task, 1);
      const begun = await tasks.begin(turn);
      expect(begun).toEqual({
        ...task,
        state: 'TASK_STATE_SUBMITTED',
        statusAt: turn.at,
        deadline: turn.deadline,
        turn: 2,
        attempt: 0,
        sequence: 0,
        position: 4,
        bytes: task.bytes + messageBytes(turn.request),
        artifacts: [],
      });
      expect(await get(task)).toEqual(begun);
      expect(brief(await log(task, 2))).toEqual(['3 input_required which?', '4 message more']);
      expect(await publishedOf(task, 'TaskRequested.v1')).toMatchObject([{}, { detail: turn.request.detail }]);
    });

    it('folds the new turns events and puts those of the turn before aside', async () => {
      const task = await waiting();
      await tasks.begin(nextTurn(task, 1));
      await deliver(statusEvent(task, { turn: 1, attempt: 9, sequence: 1 }, 'TASK_STATE_FAILED'));
      expect(await subject.quarantined()).toBe(1);
      await deliver(...turnOf(task, 1, 2).toReversed());
      expect(await get(task)).toMatchObject({ state: 'TASK_STATE_COMPLETED', turn: 2, attempt: 1, position: 9 });
    });

    it('begins one turn of one message', async () => {
      const task = await waiting();
      const turn = nextTurn(task, 1);
      const [first, second] = await Promise.all([tasks.begin(turn), tasks.begin(turn)]);
      expect(second).toEqual(first);
      expect(await tasks.begin(turn)).toEqual(first);
      expect(await publishedOf(task, 'TaskRequested.v1')).toHaveLength(2);
      expect((await log(task)).map(({ position }) => position)).toEqual([1, 2, 3, 4]);
    });

    it('lets one of two messages begin the turn', async () => {
      const task = await waiting();
      const answers = await Promise.allSettled([tasks.begin(nextTurn(task, 1)), tasks.begin(nextTurn(task, 1))]);
      expect(answers.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
      const refused = answers.find(({ status }) => status === 'rejected');
      expect(refused).toMatchObject({ reason: { code: 'TURN_CONFLICT' } });
      expect(await publishedOf(task, 'TaskRequested.v1')).toHaveLength(2);
    });

    it('does not take the message of another task for one of this', async () => {
      const [task, other] = [await waiting(), newTask()];
      await tasks.create(other);
      expect(await tasks.begin(nextTurn(task, 1, { messageId: other.messageId }))).toMatchObject({ turn: 2 });
    });

    it('begins no turn with a message of an earlier turn', async () => {
      const task = await waiting();
      const turn = nextTurn(task, 1);
      await tasks.begin(turn);
      await deliver(statusEvent(task, { turn: 2, sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED'));
      const before = await get(task);
      expect(await tasks.begin(nextTurn(task, 2, { messageId: turn.messageId }))).toEqual(before);
      expect(await log(task)).toHaveLength(before.position);
    });

    it('begins no turn with the message that made the task', async () => {
      const fresh = newTask();
      await tasks.create(fresh);
      await deliver(statusEvent(fresh, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED'));
      const before = await get(fresh);
      expect(await tasks.begin(nextTurn(fresh, 1, { messageId: fresh.messageId }))).toEqual(before);
      expect(await log(fresh)).toHaveLength(2);
    });

    it('leaves the message to make a task of its own, which is known then', async () => {
      const task = await waiting();
      const turn = nextTurn(task, 1);
      await tasks.begin(turn);
      const made = await create({ messageId: turn.messageId });
      expect(made.id).not.toBe(task.id);
      expect(await tasks.create(newTask({ messageId: turn.messageId }))).toEqual({ created: false, taskId: made.id });
      expect(await tasks.begin(turn)).toMatchObject({ id: task.id, turn: 2 });
    });

    it.each([
      ['works', 'TASK_STATE_WORKING'],
      ['has ended', 'TASK_STATE_COMPLETED'],
    ] as const)('refuses a message to a task that %s', async (_, state) => {
      const task = await create();
      await deliver(statusEvent(task, { sequence: 1 }, state));
      await expect(tasks.begin(nextTurn(task, 1))).rejects.toBeInstanceOf(TurnConflictError);
      expect(await log(task)).toHaveLength(2);
      expect(await publishedOf(task, 'TaskRequested.v1')).toHaveLength(1);
    });
  });

  describe('end', () => {
    it('is final at once, and publishes', async () => {
      const task = await create();
      await deliver(...turnOf(task).slice(0, 2));
      expect(await end(task, 'TASK_STATE_CANCELED', noon + 99)).toBe(true);
      expect(await get(task)).toMatchObject({ state: 'TASK_STATE_CANCELED', statusAt: noon + 99, position: 4 });
      expect(brief(await log(task, 3))).toEqual(['4 canceled']);
      expect(await publishedOf(task, 'TaskCancelRequested.v1')).toMatchObject([{ detail: { data: { reason: '1' } } }]);
    });

    it('lets nothing that comes later change it', async () => {
      const task = await create();
      await deliver(turnOf(task)[4] as AgentEvent);
      await end(task);
      const ended = await get(task);
      await deliver(...turnOf(task), ...turnOf(task, 2));
      await expect(tasks.begin(nextTurn(task, 1))).rejects.toBeInstanceOf(TurnConflictError);
      expect(await get(task)).toEqual(ended);
      expect(await log(task)).toHaveLength(2);
      expect(await subject.quarantined()).toBe(0);
    });

    it('happens once', async () => {
      const task = await create();
      expect((await Promise.all([end(task), end(task)])).sort()).toEqual([false, true]);
      expect(await end(task, 'TASK_STATE_FAILED')).toBe(false);
      expect((await get(task)).state).toBe('TASK_STATE_CANCELED');
      expect(await publishedOf(task, 'TaskCancelRequested.v1')).toHaveLength(1);
    });

    it('comes too late for a task that its agent ended', async () => {
      const task = await create();
      await deliver(...turnOf(task));
      expect(await end(task)).toBe(false);
      expect(await log(task)).toHaveLength(6);
      expect(await publishedOf(task, 'TaskCancelRequested.v1')).toEqual([]);
    });

    it('ends a task that waits for its client', async () => {
      const task = await create();
      await deliver(statusEvent(task, { sequence: 1 }, 'TASK_STATE_AUTH_REQUIRED'));
      expect(await end(task, 'TASK_STATE_FAILED')).toBe(true);
      expect((await get(task)).state).toBe('TASK_STATE_FAILED');
    });
  });
}
