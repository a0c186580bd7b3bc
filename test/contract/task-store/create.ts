import { describe, expect, it } from 'vitest';
import type { AgentId } from '#shared/ids.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import { messageBytes } from '#shared/tasks/bounds.ts';
import { newTask, noon } from '#test/support/task-events.ts';
import type { TaskStoreSetting } from './setting.ts';

/** How tasks are made. */
export function createCases({ subject, tasks, create, get, log, publishedOf }: TaskStoreSetting): void {
  describe('create', () => {
    it('stores the task, its first log entry and the request together', async () => {
      const fresh = newTask({ text: 'hello' });
      const created = await tasks.create(fresh);
      const expected: TaskRecord = {
        id: fresh.id,
        contextId: fresh.contextId,
        agentId: fresh.agentId,
        owner: 'app',
        state: 'TASK_STATE_SUBMITTED',
        statusAt: noon,
        createdAt: noon,
        deadline: fresh.deadline,
        turn: 1,
        attempt: 0,
        sequence: 0,
        attemptBase: 0,
        position: 1,
        bytes: messageBytes(fresh.request),
        artifacts: [],
        artifactCount: 0,
      };
      expect(created).toMatchObject({
        created: true,
        task: expected,
        entry: { kind: 'message', position: 1, turn: 1 },
      });
      expect(await get(fresh)).toEqual(expected);
      expect(await log(fresh)).toMatchObject([
        {
          kind: 'message',
          position: 1,
          turn: 1,
          attempt: 0,
          message: { messageId: fresh.messageId, parts: [{ text: 'hello' }] },
          status: { state: 'TASK_STATE_SUBMITTED', timestamp: new Date(noon).toISOString() },
        },
      ]);
      expect(await publishedOf(fresh, 'TaskRequested.v1')).toMatchObject([{ detail: fresh.request.detail }]);
    });

    it('makes one task of one message, however often and at once it comes', async () => {
      const first = newTask();
      const again = () => newTask({ messageId: first.messageId });
      const answers = await Promise.all([tasks.create(first), tasks.create(again()), tasks.create(again())]);
      const later = again();
      answers.push(await tasks.create(later));
      const made = answers.filter(({ created }) => created);
      expect(made).toHaveLength(1);
      const ids = answers.map((answer) => (answer.created ? answer.task.id : answer.taskId));
      expect(new Set(ids).size).toBe(1);
      expect(await tasks.get(later.id)).toBeUndefined();
      expect(await publishedOf(later, 'TaskRequested.v1')).toEqual([]);
      expect((await tasks.list({ limit: 10 })).tasks).toHaveLength(1);
    });

    it('makes another task of the same message of another owner, or to another agent', async () => {
      const { messageId } = newTask();
      await create({ messageId });
      await create({ messageId, owner: 'someone-else' });
      await create({ messageId, agentId: 'calculator' as AgentId });
      expect((await tasks.list({ limit: 10 })).tasks).toHaveLength(3);
    });

    it('makes another task of a message that made one more than an hour ago', async () => {
      const { messageId } = newTask();
      const { id } = await create({ messageId });
      await subject.pass(3_500);
      expect(await tasks.create(newTask({ messageId }))).toEqual({ created: false, taskId: id });
      await subject.pass(200);
      expect((await create({ messageId })).id).not.toBe(id);
    });

    it('leaves nothing behind when the request cannot be published', async () => {
      const broken = newTask();
      const request = { ...broken.request, source: '' };
      await expect(tasks.create({ ...broken, request })).rejects.toThrow();
      expect(await tasks.get(broken.id)).toBeUndefined();
      expect(await log(broken)).toEqual([]);
      // The message's key is free too.
      expect((await tasks.create(broken)).created).toBe(true);
    });
  });
}
