import { describe, expect, it } from 'vitest';
import type { TaskId } from '#shared/ids.ts';
import type { AttemptFailure, TaskRecord } from '#shared/ports/task.ts';
import { MAX_FAILED_ATTEMPTS } from '#shared/tasks/failed-attempt.ts';
import { attemptFailure, noon, statusEvent } from '#test/support/task-events.ts';
import type { TaskStoreSetting } from './setting.ts';

/** How the causes of failed attempts are kept for operators. */
export function failureCases({ subject, tasks, create, get, deliver, log, end }: TaskStoreSetting): void {
  describe('noteFailedAttempt', () => {
    const note = async (...failures: AttemptFailure[]) => {
      for (const failure of failures) await tasks.noteFailedAttempt(failure);
    };
    const messages = async ({ id }: Pick<TaskRecord, 'id'>) =>
      (await tasks.failedAttempts(id)).map(({ turn, attempt, cause }) => `${turn}.${attempt} ${cause.message}`);

    it('keeps the cause of each attempt in order, and leaves the task and its log as they are', async () => {
      const task = await create();
      await note(attemptFailure(task, 2, 'two'), attemptFailure(task, 1, 'one'), attemptFailure(task, 2, 'two'));
      expect(await messages(task)).toEqual(['1.1 one', '1.2 two']);
      expect(await get(task)).toEqual(task);
      expect(await log(task)).toHaveLength(1);
      expect(await tasks.failedAttempts(task.id)).toContainEqual({
        turn: 1,
        attempt: 1,
        final: false,
        failedAt: new Date(noon).toISOString(),
        cause: { name: 'Error', message: 'one', details: 'Error: one' },
      });
    });

    it('keeps it after the end of the task', async () => {
      const task = await create();
      await end(task);
      await note(attemptFailure(task, 1, 'late'));
      expect(await messages(task)).toEqual(['1.1 late']);
      expect(await get(task)).toMatchObject({ state: 'TASK_STATE_CANCELED' });
    });

    it('does not disturb the order of the agent’s events', async () => {
      const task = await create();
      await deliver(statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'));
      await note(attemptFailure(task, 1, 'broke'));
      await deliver(statusEvent(task, { attempt: 2, sequence: 1 }, 'TASK_STATE_COMPLETED'));
      expect(await get(task)).toMatchObject({ state: 'TASK_STATE_COMPLETED', attempt: 2, position: 3 });
    });

    it('takes secrets out of the cause, whoever published it', async () => {
      const task = await create();
      await note(attemptFailure(task, 1, 'GET /?password=hunter2 failed'));
      expect(JSON.stringify(await tasks.failedAttempts(task.id))).not.toContain('hunter2');
    });

    it('quarantines a failure from anyone but the task’s agent', async () => {
      const task = await create();
      const failure = attemptFailure(task, 1, 'forged');
      await note(
        { ...failure, source: 'starling.agents.other' },
        { ...failure, data: { ...failure.data, agentId: 'other' } },
        { ...failure, data: { ...failure.data, contextId: 'other' } },
        { ...failure, data: { ...failure.data, turn: 2 } },
        { ...failure, data: { ...failure.data, taskId: 'no-such-task' } },
      );
      expect(await messages(task)).toEqual([]);
      expect(await subject.quarantined()).toBe(5);
    });

    it('keeps a bounded number of causes, whatever an agent publishes', async () => {
      const task = await create();
      for (let attempt = 1; attempt <= MAX_FAILED_ATTEMPTS + 20; attempt++) {
        await note(attemptFailure(task, attempt, 'again'));
      }
      const kept = await tasks.failedAttempts(task.id);
      expect(kept).toHaveLength(MAX_FAILED_ATTEMPTS);
      expect(kept.at(-1)?.attempt).toBe(MAX_FAILED_ATTEMPTS + 20);
    });

    it('knows none of a task that does not exist', async () => {
      expect(await tasks.failedAttempts('no-such-task' as TaskId)).toEqual([]);
    });
  });
}
