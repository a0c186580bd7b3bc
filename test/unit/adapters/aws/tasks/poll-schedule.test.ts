import { describe, expect, it } from 'vitest';
import { PollSchedule } from '#adapters/aws/tasks/poll-schedule.ts';

const next = (schedule: PollSchedule, count: number) => Array.from({ length: count }, () => schedule.next());

describe('PollSchedule', () => {
  it('leaves a new task time, then looks at ever longer intervals, to a second', () => {
    const delays = next(new PollSchedule(true), 20);
    expect(delays.slice(0, 4)).toEqual([250, 63, 78, 98]);
    expect(delays.slice(-3)).toEqual([1_000, 1_000, 1_000]);
  });

  it('makes nobody wait more than a quarter longer, once it looks', () => {
    const delays = next(new PollSchedule(true), 30);
    let waited = 0;
    for (const delay of delays) {
      if (waited > 0) expect(delay).toBeLessThanOrEqual(Math.ceil(waited / 4));
      waited += delay;
    }
    expect(delays.at(-1)).toBe(1_000);
    expect(Math.max(...delays)).toBe(1_000);
  });

  it('begins at once where there may be something', () => {
    expect(next(new PollSchedule(false), 6)).toEqual([40, 40, 40, 40, 40, 50]);
  });

  it('is fast again after entries', () => {
    const schedule = new PollSchedule(true);
    next(schedule, 30);
    schedule.reset();
    expect(next(schedule, 3)).toEqual([40, 40, 40]);
    const fresh = new PollSchedule(true);
    fresh.reset();
    expect(fresh.next()).toBe(40);
  });
});
