import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { TaskTails } from '#adapters/sqlite/task-tails.ts';
import type { TaskId } from '#shared/ids.ts';
import type { LogEntry } from '#shared/ports/task.ts';

const entry = (position: number): LogEntry => ({
  kind: 'status',
  position,
  turn: 1,
  attempt: 1,
  status: { state: 'TASK_STATE_WORKING', timestamp: '2026-01-01T12:00:00.000Z' },
});
const [one, two] = ['task-1' as TaskId, 'task-2' as TaskId];

describe('TaskTails', () => {
  it('hands the entries of a task to each of its followers', async () => {
    const tails = new TaskTails();
    const { signal } = new AbortController();
    const [first, second, other] = [tails.open(one), tails.open(one), tails.open(two)];
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
    const [gone, stays] = [tails.open(one), tails.open(one)];
    tails.close(one, gone);
    tails.close(one, gone);
    tails.hand(one, [entry(1)]);
    expect(await gone.next(AbortSignal.abort())).toEqual([]);
    expect(await stays.next(AbortSignal.abort())).toEqual([entry(1)]);
  });

  it('leaves nothing on the signal, however often it waited', async () => {
    const tails = new TaskTails();
    const stop = new AbortController();
    const tail = tails.open(one);
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
