import { describe, expect, it } from 'vitest';
import type { TaskId } from '#shared/ids.ts';
import type { AgentEvent } from '#shared/ports/task.ts';
import { artifactEvent, nextTurn, noon, resultEvent, statusEvent } from '#test/support/task-events.ts';
import type { TaskStoreSetting } from './setting.ts';

/** How agents’ events become a log. */
export function applyCases({ subject, tasks, create, get, deliver, log, brief, turnOf }: TaskStoreSetting): void {
  describe('apply', () => {
    it('folds a turn into the log, in order', async () => {
      const task = await create();
      await deliver(...turnOf(task));
      expect(brief(await log(task))).toEqual([
        '1 message hello',
        '2 working',
        '3 artifact-1-1 = 1.2 …',
        '4 artifact-1-1 + 1.3 …',
        '5 artifact-1-1 + 1.4',
        '6 completed done',
      ]);
      expect(await get(task)).toMatchObject({
        state: 'TASK_STATE_COMPLETED',
        statusAt: noon + 5,
        turn: 1,
        attempt: 1,
        sequence: 5,
        position: 6,
      });
    });

    it('makes the same log of a result that the last event carries', async () => {
      const task = await create();
      await deliver(resultEvent(task, { sequence: 1 }, ['one', 'two']));
      expect(brief(await log(task))).toEqual(['1 message hello', '2 one = one', '3 two = two', '4 completed']);
      expect(brief(await log(task, 2))).toEqual(['3 two = two', '4 completed']);
      expect(await get(task)).toMatchObject({ state: 'TASK_STATE_COMPLETED', position: 4, sequence: 1 });
    });

    it('takes nothing of a result twice that came as progress before, in any order', async () => {
      const task = await create();
      const progress = [
        artifactEvent(task, { sequence: 1 }, { artifactId: 'a', text: 'a1', lastChunk: false }),
        artifactEvent(task, { sequence: 2 }, { artifactId: 'a', text: 'a2', append: true }),
      ];
      await deliver(resultEvent(task, { sequence: 3 }, ['a', 'b']), ...progress.toReversed());
      await deliver(...progress, resultEvent(task, { sequence: 3 }, ['a', 'b']));
      expect(brief(await log(task))).toEqual(['1 message hello', '2 a = a1 …', '3 a + a2', '4 b = b', '5 completed']);
    });

    it('takes a result with more artifacts than a task’s record has room for', async () => {
      const task = await create();
      const ids = Array.from({ length: 100 }, (_, i) => `artifact-${i}`);
      const progress = ids
        .slice(0, 50)
        .map((artifactId, i) => artifactEvent(task, { sequence: i + 1 }, { artifactId }));
      await deliver(...progress, resultEvent(task, { sequence: 51 }, ids));
      const entries = await log(task, 1);
      expect(entries.map(({ position }) => position)).toEqual(Array.from({ length: 101 }, (_, i) => i + 2));
      expect(entries.flatMap((entry) => (entry.kind === 'artifact' ? [entry.artifact.artifactId] : []))).toEqual(ids);
    });

    it('goes on in the next turn behind a result', async () => {
      const task = await create();
      await deliver(resultEvent(task, { sequence: 1 }, ['one'], 'TASK_STATE_INPUT_REQUIRED'));
      await tasks.begin(nextTurn(task, 1));
      await deliver(resultEvent(task, { turn: 2, sequence: 1 }, ['one', 'two']));
      expect(brief(await log(task)).slice(3)).toEqual(['4 message more', '5 one = one', '6 two = two', '7 completed']);
    });

    it('gives the same log for events that come backwards', async () => {
      const [task, other] = [await create(), await create()];
      await deliver(...turnOf(task));
      await deliver(...turnOf(other).toReversed());
      expect(brief(await log(other))).toEqual(brief(await log(task)));
      expect(await get(other)).toEqual({ ...(await get(task)), id: other.id, contextId: other.contextId });
    });

    it('ends the task only when all before the end have come', async () => {
      const task = await create();
      const [working, first, second, third, completed] = turnOf(task) as [
        AgentEvent,
        AgentEvent,
        AgentEvent,
        AgentEvent,
        AgentEvent,
      ];
      await deliver(completed, working, third, first);
      expect(await get(task)).toMatchObject({ state: 'TASK_STATE_WORKING', position: 3 });
      await deliver(second);
      expect(await get(task)).toMatchObject({ state: 'TASK_STATE_COMPLETED', position: 6 });
    });

    it('drops what comes again, before and after the end', async () => {
      const task = await create();
      const events = turnOf(task);
      for (const event of events) await deliver(event, event);
      await deliver(...events);
      expect((await log(task)).map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
      expect(await subject.quarantined()).toBe(0);
    });

    it('replaces, with the first chunk of a later attempt, what an earlier one had made', async () => {
      const task = await create();
      await deliver(...turnOf(task).slice(0, 3));
      const [working, , second, third, completed] = turnOf(task, 2) as [
        AgentEvent,
        AgentEvent,
        AgentEvent,
        AgentEvent,
        AgentEvent,
      ];
      // The second attempt appends from its start, as if it had gone on where the first broke off.
      const first = artifactEvent(task, { attempt: 2, sequence: 2 }, { append: true, lastChunk: false });
      await deliver(working, first, second, third, completed);
      expect(brief(await log(task, 4))).toEqual([
        '5 working',
        '6 artifact-1-1 = 2.2 …',
        '7 artifact-1-1 + 2.3 …',
        '8 artifact-1-1 + 2.4',
        '9 completed done',
      ]);
    });

    it('fences the lower attempt with the first event of a higher', async () => {
      const task = await create();
      const [lost, , , , late] = turnOf(task) as [AgentEvent, AgentEvent, AgentEvent, AgentEvent, AgentEvent];
      await deliver(statusEvent(task, { attempt: 3, sequence: 1 }, 'TASK_STATE_WORKING'), lost, late);
      expect(brief(await log(task))).toEqual(['1 message hello', '2 working']);
      expect(await get(task)).toMatchObject({ attempt: 3, sequence: 1, state: 'TASK_STATE_WORKING' });
      await deliver(statusEvent(task, { attempt: 3, sequence: 2 }, 'TASK_STATE_FAILED'));
      expect(await get(task)).toMatchObject({ state: 'TASK_STATE_FAILED', position: 3 });
      expect(await subject.quarantined()).toBe(0);
    });

    it('takes a higher attempt from its first event on, and no sooner', async () => {
      const task = await create();
      await deliver(statusEvent(task, { attempt: 2, sequence: 2 }, 'TASK_STATE_COMPLETED'));
      await deliver(...turnOf(task).slice(0, 2));
      expect(await get(task)).toMatchObject({ attempt: 1, sequence: 2 });
      await deliver(statusEvent(task, { attempt: 2, sequence: 1 }, 'TASK_STATE_WORKING'));
      expect(await get(task)).toMatchObject({ attempt: 2, sequence: 2, state: 'TASK_STATE_COMPLETED' });
    });

    it.each([
      ['the source of another agent', { source: 'starling.agents.other' }, {}],
      ['a source that only begins like its own', { source: 'starling.agents.echo2' }, {}],
      ['its own source, for another agent', {}, { agentId: 'other' }],
      ['another context', {}, { contextId: 'another' }],
      ['a turn that is not yet', {}, { turn: 2 }],
    ])('puts a completed with %s aside and changes nothing', async (_, envelope, data) => {
      const task = await create();
      await deliver(statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'));
      const before = await get(task);
      const completed = statusEvent(task, { sequence: 2 }, 'TASK_STATE_COMPLETED', 'forged');
      await deliver({ ...completed, ...envelope, data: { ...completed.data, ...data } });
      expect(await get(task)).toEqual(before);
      expect(await log(task)).toHaveLength(2);
      expect(await subject.quarantined()).toBe(1);
      await deliver(completed);
      expect(await get(task)).toMatchObject({ state: 'TASK_STATE_COMPLETED', position: 3 });
    });

    it('puts an agent’s submitted aside and goes on behind it', async () => {
      const task = await create();
      await deliver(
        statusEvent(task, { sequence: 2 }, 'TASK_STATE_COMPLETED'),
        statusEvent(task, { sequence: 1 }, 'TASK_STATE_SUBMITTED'),
      );
      expect(brief(await log(task))).toEqual(['1 message hello', '2 completed']);
      expect(await subject.quarantined()).toBe(1);
    });

    it('knows every artifact that an attempt has begun, however many and however long their ids', async () => {
      const task = await create();
      const ids = Array.from({ length: 80 }, (_, i) => `${i}`.padStart(256, 'ä'));
      const begun = (attempt: number) => [
        ...ids.map((artifactId, i) => artifactEvent(task, { attempt, sequence: i + 1 }, { artifactId, append: true })),
        ...ids.map((artifactId, i) =>
          artifactEvent(task, { attempt, sequence: ids.length + i + 1 }, { artifactId, append: true }),
        ),
      ];
      // An attempt begins each artifact anew.
      for (const attempt of [1, 2]) {
        await Promise.all(begun(attempt).map((event) => subject.deliver(event)));
        const entries = (await log(task, 1)).filter((entry) => entry.attempt === attempt);
        expect(entries.map((entry) => entry.kind === 'artifact' && entry.append)).toEqual([
          ...ids.map(() => false),
          ...ids.map(() => true),
        ]);
        expect(await get(task)).toMatchObject({ artifactCount: ids.length });
      }
      await deliver(statusEvent(task, { attempt: 2, sequence: 2 * ids.length + 1 }, 'TASK_STATE_COMPLETED'));
      expect(await get(task)).toMatchObject({ state: 'TASK_STATE_COMPLETED' });
      expect(await subject.quarantined()).toBe(0);
    });

    it('folds hundreds of parked events when the first comes', async () => {
      const task = await create();
      const count = 250;
      const events = Array.from({ length: count }, (_, i) =>
        artifactEvent(task, { sequence: i + 1 }, { append: i > 0, lastChunk: false }),
      );
      const completed = statusEvent(task, { sequence: count + 1 }, 'TASK_STATE_COMPLETED');
      for (const event of [...events, completed].toReversed()) await subject.deliver(event);
      const entries = await log(task, 1);
      expect(entries.map(({ position }) => position)).toEqual(Array.from({ length: count + 1 }, (_, i) => i + 2));
      expect(brief(entries).slice(-2)).toEqual([`${count + 1} artifact-1-1 + 1.${count} …`, `${count + 2} completed`]);
    });

    it('tells that an event passes a bound, and leaves the task as it is', async () => {
      const task = await create();
      await deliver(statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'));
      const before = await get(task);
      const event = artifactEvent(task, { sequence: 100_001 });
      expect(await tasks.apply(event)).toEqual({
        kind: 'exceeded',
        reason:
          'The task reached a bound: it would have more than 100,000 messages, status changes, artifacts and chunks.',
      });
      expect(await get(task)).toEqual(before);
      await deliver(statusEvent(task, { sequence: 2 }, 'TASK_STATE_COMPLETED'));
      expect(await get(task)).toMatchObject({ state: 'TASK_STATE_COMPLETED' });
    });

    it('puts events of a task that does not exist aside', async () => {
      const task = { ...(await create()), id: 'no-such-task' as TaskId };
      await deliver(statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'));
      expect(await tasks.get(task.id)).toBeUndefined();
      expect(await subject.quarantined()).toBe(1);
    });

    it('keeps tasks apart', async () => {
      const [one, two] = [await create({ text: 'one' }), await create({ text: 'two' })];
      const [first, second] = [turnOf(one), turnOf(two)];
      for (let i = 4; i >= 0; i--) await deliver(first[i] as AgentEvent, second[4 - i] as AgentEvent);
      expect(brief(await log(one))[0]).toBe('1 message one');
      expect(brief(await log(one)).slice(1)).toEqual(brief(await log(two)).slice(1));
    });

    it('survives many events of many tasks at once', async () => {
      const all = await Promise.all(Array.from({ length: 10 }, (_, i) => create({ text: `${i}` })));
      const events = all.flatMap((task) => turnOf(task));
      // Every third first, so that neighbours overtake each other.
      const mixed = [0, 1, 2].flatMap((rest) => events.filter((_, i) => i % 3 === rest));
      await Promise.all([...mixed, ...mixed].map((event) => subject.deliver(event)));
      for (const task of all) {
        expect((await log(task)).map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
        expect((await get(task)).state).toBe('TASK_STATE_COMPLETED');
      }
    });
  });
}
