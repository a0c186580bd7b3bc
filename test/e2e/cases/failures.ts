import { describe, type ExpectStatic, expect, it } from 'vitest';
import { namingSkill } from '#shared/a2a/skill-extension.ts';
import type { AdminTask } from '#shared/admin/schemas.ts';
import { type MeshClient, type SeenEvent, textMessage } from '#test/support/mesh-client.ts';
import type { Place } from './place.ts';

/** Agents that fail, hang or ask: what callers see of it, and that the others go on. */
export function failureCases(mesh: () => MeshClient, { patience, testAgents, tellsCrashes }: Place): void {
  const poll = { timeout: patience, interval: 200 };

  /** The task at its end, which may be after the call that began it has been answered. */
  const ended = async (expect: ExpectStatic, agent: string, { id }: { id: string }) => {
    const state = async () => (await mesh().task(agent, id)).status.state;
    await expect.poll(state, poll).not.toMatch(/SUBMITTED|WORKING/);
    return mesh().task(agent, id);
  };

  describe.skipIf(!testAgents)('an agent that fails (a test agent)', () => {
    it('is tried again, then fails its task and dead-letters; operators alone read why', async () => {
      const before = await mesh().deadLetters('stubborn');
      const task = await ended(expect, 'stubborn', await mesh().send('stubborn', 'please'));
      expect(task.status.state).toBe('TASK_STATE_FAILED');
      expect(task.status.message.parts[0].text).toBe(`The agent failed. Task ${task.id}.`);
      const shown = async () => (await (await mesh().admin(`/admin/tasks/${task.id}`)).json()) as AdminTask;
      await expect
        .poll(async () => (await shown()).failedAttempts, poll)
        .toMatchObject([
          { turn: 1, attempt: 1, final: false, cause: { message: 'no way in with password=[redacted]' } },
          { turn: 1, attempt: 2, final: true, cause: { message: 'no way in with password=[redacted]' } },
        ]);
      await expect.poll(() => mesh().deadLetters('stubborn'), poll).toBe(before + 1);
    });

    it('is an error of a skill that was called by its name', async () => {
      const { body, headers } = await mesh().rpc('stubborn', 'refuse', {});
      expect(body.error).toMatchObject({ code: -32060, data: [{ reason: 'TASK_FAILED' }] });
      expect(headers.get('starling-task-id')).toBe(body.error.data[0].metadata.taskId);
    });

    it('does not double what an earlier attempt had made', async () => {
      const task = await ended(expect, 'flaky', await mesh().send('flaky', 'go'));
      expect(task.status.state).toBe('TASK_STATE_COMPLETED');
      expect(task.artifacts).toEqual([
        { artifactId: 'half', parts: [{ text: 'attempt 2' }] },
        { artifactId: 'artifact-1-1', parts: [{ text: 'done at attempt 2' }] },
      ]);
    });
  });

  describe.skipIf(!testAgents).concurrent('a step in task.once (a test agent)', () => {
    it.for(['payer', 'isolated-payer'])('runs once, although the agent runs twice: %s', async (agent, { expect }) => {
      const task = await ended(expect, agent, await mesh().send(agent, 'throw'));
      expect(task.status.state).toBe('TASK_STATE_COMPLETED');
      const receipts = receiptsOf(await mesh().events(task.id));
      expect(receipts.map(({ attempt }) => attempt)).toEqual([1, 2]);
      expect(new Set(receipts.map(({ receipt }) => receipt)).size).toBe(1);
      expect(task.artifacts[0].parts[0].text).toBe(receipts[0]?.receipt);
    });
  });

  describe.skipIf(!testAgents).concurrent('an agent that hangs or crashes (a test agent)', () => {
    it.for(['spinner', 'sleeper'])(
      'has its task failed at the deadline, and no other waits: %s',
      async (agent, { expect }) => {
        const hanging = await mesh().send(agent, 'hang', { configuration: { returnImmediately: true } });
        expect((await mesh().send('echo', 'still here')).status.state).toBe('TASK_STATE_COMPLETED');
        const task = await ended(expect, agent, hanging);
        expect(task.status.state).toBe('TASK_STATE_FAILED');
        expect(task.status.message.parts[0].text).toContain('deadline');
      },
    );

    it('has its request among the dead letters in the end, once its receives are used up', async ({ expect }) => {
      const before = await mesh().deadLetters('sleeper');
      await mesh().send('sleeper', 'hang', { configuration: { returnImmediately: true } });
      await expect.poll(() => mesh().deadLetters('sleeper'), poll).toBeGreaterThan(before);
    });

    it('fails the task of a message that kills its process, a dead letter in the end, and holds up no other', async ({
      expect,
    }) => {
      const before = await mesh().deadLetters('crasher');
      const poison = await mesh().send('crasher', 'die', { configuration: { returnImmediately: true } });
      const neighbours = await Promise.all(['a', 'b', 'c'].map((text) => mesh().send('crasher', text)));
      for (const { status } of neighbours) expect(status.state).toBe('TASK_STATE_COMPLETED');
      const task = await ended(expect, 'crasher', poison);
      expect(task.status.state).toBe('TASK_STATE_FAILED');
      const told = task.status.message.parts[0].text;
      if (tellsCrashes) {
        expect(told).toBe(`The agent failed. Task ${task.id}.`);
        const shown = (await (await mesh().admin(`/admin/tasks/${task.id}`)).json()) as AdminTask;
        expect(shown.failedAttempts).toMatchObject([
          { attempt: 1, final: false, cause: { message: 'The function crasher called process.exit(1).' } },
          { attempt: 2, final: true, cause: { message: 'The function crasher called process.exit(1).' } },
        ]);
      } else {
        expect(told).toContain('deadline');
      }
      await expect.poll(() => mesh().deadLetters('crasher'), poll).toBe(before + 1);
    });
  });

  describe.skipIf(!testAgents)('cancel (of a test agent)', () => {
    it('is final at once', async () => {
      const { id } = await mesh().send('patient', 'wait', { configuration: { returnImmediately: true } });
      await expect.poll(async () => (await mesh().task('patient', id)).status.state, poll).toBe('TASK_STATE_WORKING');
      const { body } = await mesh().rpc('patient', 'CancelTask', { id });
      expect(body.result.status.state).toBe('TASK_STATE_CANCELED');
      expect((await mesh().rpc('patient', 'CancelTask', { id })).body.error.code).toBe(-32002);
      expect((await mesh().task('patient', id)).status.state).toBe('TASK_STATE_CANCELED');
    });
  });

  describe.skipIf(!testAgents)('an agent that asks (a test agent)', () => {
    it('gets the answer as the next turn of the task', async () => {
      const asked = await mesh().send('asker', 'weather?');
      expect(asked.status).toMatchObject({
        state: 'TASK_STATE_INPUT_REQUIRED',
        message: { parts: [{ text: 'Which city?' }] },
      });
      const answered = await mesh().send('asker', 'Seoul', { message: { taskId: asked.id } });
      expect(answered.id).toBe(asked.id);
      expect(answered.status.state).toBe('TASK_STATE_COMPLETED');
      expect(answered.artifacts[0].parts).toEqual([{ text: 'Seoul, after 2 messages' }]);
      expect(answered.history).toHaveLength(3);
    });

    it('gets the answer in the handler of the skill that asked', async () => {
      const [byName, byMessage] = await Promise.all([
        mesh().rpc('asker', 'plan', { days: 2 }),
        mesh().send('asker', '', { message: { parts: [{ data: { days: 2 } }], ...namingSkill('plan') } }),
      ]);
      expect(byName.body.error.code).toBe(-32063);
      expect(byMessage.status.state).toBe('TASK_STATE_INPUT_REQUIRED');
      for (const taskId of [byName.headers.get('starling-task-id'), byMessage.id]) {
        const answered = await mesh().send('asker', 'Seoul', { message: { taskId } });
        expect(answered.artifacts[0].parts).toEqual([{ data: { days: 2, city: 'Seoul', messages: 2 } }]);
      }
    });

    it('refuses another context and a task that works', async () => {
      const asked = await mesh().send('asker', 'weather?');
      const wrong = await mesh().rpc('asker', 'SendMessage', {
        message: { ...textMessage('x'), taskId: asked.id, contextId: 'other' },
      });
      expect(wrong.body.error.code).toBe(-32602);
      const { id } = await mesh().send('patient', '3000', { configuration: { returnImmediately: true } });
      const busy = await mesh().rpc('patient', 'SendMessage', { message: { ...textMessage('x'), taskId: id } });
      expect(busy.body.error.code).toBe(-32004);
    });
  });
}

/** The receipts that the attempts of the agent `payer` published, in order. */
function receiptsOf(events: readonly SeenEvent[]): { readonly attempt: number; readonly receipt: string }[] {
  return events
    .map(({ detail }) => detail.data)
    .filter(({ artifact }) => artifact?.artifactId === 'receipt')
    .map(({ attempt, artifact }) => ({ attempt, receipt: artifact.parts[0].text as string }))
    .toSorted((a, b) => a.attempt - b.attempt);
}
