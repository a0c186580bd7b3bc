import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { type Tail, TaskTails } from '#adapters/sqlite/task-tails.ts';
import type { TaskId } from '#shared/ids.ts';
import type { LogEntry } from '#shared/ports/task.ts';

const entry = (position: number, text?: string): LogEntry => ({
  kind: 'status',
  position,
  turn: 1,
  attempt: 1,
  status: {
    state: 'TASK_STATE_WORKING',
    timestamp: '2026-01-01T12:00:00.000Z',
    ...(text !== undefined && { message: { messageId: 'm', role: 'ROLE_AGENT', parts: [{ text }] } }),
  },
});
const [one, two] = ['task-1' as TaskId, 'task-2' as TaskId];

/** A tail that has read the log. */
function opened(tails: TaskTails, id: TaskId): Tail {
  const tail = tails.open(id);
  tail.caughtUp();
  return tail;
}

describe('TaskTails', () => {
  it('hands the entries of a task to each of its followers', async () => {
    const tails = new TaskTails();
    const { signal } = new AbortController();
    const [first, second, other] = [opened(tails, one), opened(tails, one), opened(tails, two)];
    const waiting = first.next(signal);
    tails.hand(one, [entry(1)]);
    tails.hand(one, [entry(2), entry(3)]);
    tails.hand(two, [entry(9)]);
    expect([...(await waiting), ...(await first.next(AbortSignal.abort()))]).toEqual([entry(1), entry(2), entry(3)]);
    expect(await second.next(signal)).toEqual([entry(1), entry(2), entry(3)]);
    expect(await other.next(signal)).toEqual([entry(9)]);
  });

  it('hands nothing to a follower who left, and goes on with the others', async () => {
    const tails = new TaskTails();
    const [gone, stays] = [opened(tails, one), opened(tails, one)];
    tails.close(one, gone);
    tails.close(one, gone);
    tails.hand(one, [entry(1)]);
    expect(await gone.next(AbortSignal.abort())).toEqual([]);
    expect(await stays.next(AbortSignal.abort())).toEqual([entry(1)]);
  });

  it('keeps nothing for a reader that must read the log first', async () => {
    const tails = new TaskTails();
    const tail = tails.open(one);
    tails.hand(one, [entry(1)]);
    expect(tail.isBehind).toBe(true);
    tail.caughtUp();
    tails.hand(one, [entry(2)]);
    expect(await tail.next(AbortSignal.abort())).toEqual([entry(2)]);
  });

  it.each([
    ['many', 1_001, 1],
    ['large', 3, 400_000],
  ])('drops %s entries that a slow reader does not take', async (_, count, length) => {
    const tails = new TaskTails();
    const { signal } = new AbortController();
    const [slow, waits] = [opened(tails, one), opened(tails, one)];
    for (let position = 1; position <= count; position++) {
      const taken = waits.next(signal);
      tails.hand(one, [entry(position, 'x'.repeat(length))]);
      expect(await taken).toMatchObject([{ position }]);
    }
    expect(waits.isBehind).toBe(false);
    expect(slow.isBehind).toBe(true);
    expect(await slow.next(signal)).toEqual([]);
  });

  it('leaves nothing on the signal, however often it waited', async () => {
    const tails = new TaskTails();
    const stop = new AbortController();
    const tail = opened(tails, one);
    for (let position = 1; position <= 20; position++) {
      const waiting = tail.next(stop.signal);
      tails.hand(one, [entry(position)]);
      expect(await waiting).toEqual([entry(position)]);
    }
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
    const waiting = tail.next(stop.signal);
    stop.abort();
    expect(await waiting).toEqual([]);
  });
});
