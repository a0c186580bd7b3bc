import { describe, expect, it } from 'vitest';
import type { TaskId } from '#shared/ids.ts';
import type { LogEntry, TaskRecord } from '#shared/ports/task.ts';
import { nextTurn, statusEvent } from '#test/support/task-events.ts';
import type { TaskStoreSetting } from './setting.ts';

/** How logs are read and followed. */
export function readCases({ subject, tasks, create, deliver, log, brief, turnOf, end }: TaskStoreSetting): void {
  describe('tail', () => {
    const never = new AbortController().signal;
    const collect = async (task: Pick<TaskRecord, 'id'>, after = 0, signal: AbortSignal = never) => {
      const seen: LogEntry[] = [];
      for await (const entries of tasks.tail(task.id, after, signal)) {
        expect(entries.length).toBeGreaterThan(0);
        seen.push(...entries);
      }
      return seen;
    };

    it('gives every entry once and in order, whenever it began, and the same as a later read', async () => {
      const task = await create();
      const events = turnOf(task);
      const tails = [collect(task)];
      for (const event of events) {
        const delivered = subject.deliver(event);
        tails.push(collect(task));
        await delivered;
        tails.push(collect(task));
      }
      tails.push(collect(task));
      const expected = await log(task);
      expect(expected).toHaveLength(6);
      for (const seen of await Promise.all(tails)) expect(seen).toStrictEqual(expected);
    });

    it('gives what overtook each other in the order of the log', async () => {
      const task = await create();
      const tail = collect(task);
      await deliver(...turnOf(task).toReversed());
      expect(await tail).toStrictEqual(await log(task));
    });

    it('begins after a position', async () => {
      const task = await create();
      const tail = collect(task, 3);
      await deliver(...turnOf(task));
      expect((await tail).map(({ position }) => position)).toEqual([4, 5, 6]);
      expect((await collect(task, 5)).map(({ position }) => position)).toEqual([6]);
    });

    it('ends at once behind the end', async () => {
      const task = await create();
      await end(task);
      expect(await collect(task, 2)).toEqual([]);
    });

    it('ends at once for a task that does not exist', async () => {
      expect(await collect({ id: 'no-such-task' as TaskId })).toEqual([]);
    });

    it('shows an end from outside', async () => {
      const task = await create();
      const tail = collect(task);
      await end(task);
      expect(brief(await tail)).toEqual(['1 message hello', '2 canceled']);
    });

    it('goes on over turns', async () => {
      const task = await create();
      const tail = collect(task);
      await deliver(statusEvent(task, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED', 'which?'));
      await tasks.begin(nextTurn(task, 1));
      await deliver(statusEvent(task, { turn: 2, sequence: 1 }, 'TASK_STATE_COMPLETED'));
      const seen = await tail;
      expect(brief(seen)).toEqual(['1 message hello', '2 input_required which?', '3 message more', '4 completed']);
      expect(seen).toStrictEqual(await log(task));
    });

    it('waits for its reader and misses nothing meanwhile', async () => {
      const task = await create();
      const tail = tasks.tail(task.id, 0, never)[Symbol.asyncIterator]();
      const seen: LogEntry[] = [...((await tail.next()).value ?? [])];
      await deliver(...turnOf(task));
      for (let next = await tail.next(); !next.done; next = await tail.next()) seen.push(...next.value);
      expect(seen.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6]);
    });

    it('ends at the abort', async () => {
      const task = await create();
      const stop = new AbortController();
      const tail = tasks.tail(task.id, 0, stop.signal)[Symbol.asyncIterator]();
      await tail.next();
      const next = tail.next();
      stop.abort();
      expect(await next).toMatchObject({ done: true });
      expect(await collect(task, 0, stop.signal)).toEqual([]);
    });
  });

  describe('read', () => {
    it('gives the entries after a position', async () => {
      const task = await create();
      await deliver(...turnOf(task));
      expect((await log(task, 4)).map(({ position }) => position)).toEqual([5, 6]);
      expect(await log(task, 6)).toEqual([]);
    });

    it('gives none of a task that does not exist', async () => {
      expect(await log({ id: 'no-such-task' as TaskId })).toEqual([]);
      expect(await tasks.get('no-such-task' as TaskId)).toBeUndefined();
    });
  });
}
