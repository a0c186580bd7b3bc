import { describe, expect, it } from 'vitest';
import { Waiters } from '#adapters/sqlite/waiters.ts';

const HOUR = 3_600_000;

describe('Waiters', () => {
  it('wakes everybody', async () => {
    const waiters = new Waiters();
    const waiting = [waiters.wait(waiters.mark, HOUR), waiters.wait(waiters.mark, HOUR)];
    waiters.wake();
    await Promise.all(waiting);
  });

  it('does not wait when there was a wake since the mark', async () => {
    const waiters = new Waiters();
    const mark = waiters.mark;
    waiters.wake();
    await waiters.wait(mark, HOUR);
  });

  it('waits for the next wake after an earlier one', async () => {
    const waiters = new Waiters();
    waiters.wake();
    let woken = false;
    const waiting = waiters.wait(waiters.mark, HOUR).then(() => {
      woken = true;
    });
    await new Promise(setImmediate);
    expect(woken).toBe(false);
    waiters.wake();
    await waiting;
  });

  it('wakes at an abort, before and during the wait', async () => {
    const waiters = new Waiters();
    const stop = new AbortController();
    const waiting = waiters.wait(waiters.mark, HOUR, stop.signal);
    stop.abort();
    await waiting;
    await waiters.wait(waiters.mark, HOUR, stop.signal);
  });

  it('wakes after the time, and waits no time at all when there is none left', async () => {
    const waiters = new Waiters();
    await waiters.wait(waiters.mark, 1);
    await waiters.wait(waiters.mark, 0);
    await waiters.wait(waiters.mark, -1);
  });

  it('does not take a very long time for none', async () => {
    const waiters = new Waiters();
    let woken = false;
    const waiting = waiters.wait(waiters.mark, Number.POSITIVE_INFINITY).then(() => {
      woken = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(woken).toBe(false);
    waiters.wake();
    await waiting;
  });
});
