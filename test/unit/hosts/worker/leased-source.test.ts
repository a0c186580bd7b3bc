import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LeasedSource } from '#hosts/worker/leased-source.ts';
import type { Leases } from '#shared/ports/leases.ts';
import { RecordingRuntime } from '#test/support/agent-runtime.ts';
import { MemoryLeases } from '#test/support/memory-leases.ts';

describe('a source under a lease', () => {
  const { log } = new RecordingRuntime();
  let running: string[];
  let leases: Leases;

  beforeEach(() => {
    vi.useFakeTimers();
    running = [];
    leases = new MemoryLeases({ now: () => Date.now() });
  });
  afterEach(() => vi.useRealTimers());

  function source(owner: string, through = leases): LeasedSource {
    const leased = new LeasedSource({
      leases: through,
      name: 'chunks',
      owner,
      durationMs: 30_000,
      log,
      open: () => ({
        start: () => void running.push(owner),
        async stop() {
          running.splice(running.indexOf(owner), 1);
        },
      }),
    });
    leased.start();
    return leased;
  }
  const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

  it('runs in one worker for as long as that lives', async () => {
    const [a, b] = [source('a'), source('b')];
    await pass(300);
    expect(running).toEqual(['a']);
    await a.stop();
    await pass(11);
    expect(running).toEqual(['b']);
    await b.stop();
    expect(running).toEqual([]);
  });

  it('is taken over when its worker dies', async () => {
    // Whoever died renews no more.
    await leases.take('chunks', 'dead', 30_000);
    const b = source('b');
    await pass(29);
    expect(running).toEqual([]);
    await pass(12);
    expect(running).toEqual(['b']);
    await b.stop();
  });

  it.each([
    ['cannot reach the leases', () => Promise.reject(new Error('no way to the table'))],
    ['gets no answer', () => new Promise<never>(() => {})],
  ])('ends before another may begin, where its worker %s', async (_, unreached) => {
    let reached = true;
    const lost: Leases = {
      take: (...args) => (reached ? leases.take(...args) : unreached()),
      release: (...args) => leases.release(...args),
    };
    const [a, b] = [source('a', lost), source('b')];
    await pass(5);
    expect(running).toEqual(['a']);
    reached = false;
    const seen = new Set<string>();
    for (let second = 0; second < 60; second++) {
      await pass(1);
      seen.add(running.join(' and '));
    }
    expect([...seen]).toEqual(['a', '', 'b']);
    await Promise.all([a.stop(), b.stop()]);
  });

  it('runs again where its worker gets the lease back', async () => {
    const a = source('a');
    await pass(1);
    await leases.release('chunks', 'a');
    await leases.take('chunks', 'thief', 30_000);
    await pass(11);
    expect(running).toEqual([]);
    await pass(40);
    expect(running).toEqual(['a']);
    await a.stop();
  });

  it('ends where another has the lease all the same', async () => {
    const a = source('a');
    await pass(1);
    await leases.release('chunks', 'a');
    await leases.take('chunks', 'thief', 300_000);
    await pass(11);
    expect(running).toEqual([]);
    await a.stop();
    expect(await leases.take('chunks', 'other', 1_000)).toBe(false);
  });

  it('keeps the lease while what runs is drained, and frees it then', async () => {
    let end = () => {};
    const a = new LeasedSource({
      leases,
      name: 'chunks',
      owner: 'a',
      durationMs: 30_000,
      log,
      open: () => ({
        start: () => void running.push('a'),
        stop: () =>
          new Promise<void>((resolve) => {
            end = () => {
              running.splice(running.indexOf('a'), 1);
              resolve();
            };
          }),
      }),
    });
    a.start();
    const b = source('b');
    await pass(1);
    const stopped = a.stop();
    await pass(300);
    expect(running).toEqual(['a']);
    end();
    await stopped;
    await pass(11);
    expect(running).toEqual(['b']);
    await b.stop();
    expect(vi.getTimerCount()).toBe(0);
  });
});
