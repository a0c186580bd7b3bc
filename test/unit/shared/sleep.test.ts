import { describe, expect, it } from 'vitest';
import { sleep } from '#shared/sleep.ts';

describe('sleep', () => {
  it('ends at the abort, and does not begin after it', async () => {
    const stop = new AbortController();
    const sleeping = sleep(600_000, stop.signal);
    stop.abort();
    expect(await sleeping).toBeUndefined();
    expect(await sleep(600_000, stop.signal)).toBeUndefined();
  });

  it('ends by itself, not before its time', async () => {
    const began = performance.now();
    await sleep(20);
    // A timer of Node may fire a millisecond early.
    expect(performance.now() - began).toBeGreaterThanOrEqual(19);
    await sleep(0);
  });
});
