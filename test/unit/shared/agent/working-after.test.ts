import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TaskFailed, working } from '#shared/agent/index.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
import { RecordingRuntime } from '#test/support/agent-runtime.ts';
import { agent, briefly, requested, run } from './turns.ts';

const AFTER = 1_000;

describe('where an event is paid for, an agent says that it works', () => {
  let runtime: RecordingRuntime;
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    runtime = new RecordingRuntime();
    runtime.settings = { ...runtime.settings, workingAfterMs: AFTER };
    provideRuntime(runtime);
  });
  afterEach(() => {
    vi.useRealTimers();
  });
  const published = () => runtime.published.map(briefly);
  /** Ends when the test says so. */
  const pause = () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    return { promise, resolve };
  };

  it('not at all when its turn ends before', async () => {
    await run(
      agent(async () => 'hello'),
      requested(),
    );
    await vi.advanceTimersByTimeAsync(2 * AFTER);
    expect(published()).toEqual(['1 completed [artifact-1-1 "hello"]']);
  });

  it('not when it fails before either', async () => {
    await run(
      agent(async () => {
        throw new TaskFailed('no');
      }),
      requested(),
    );
    await vi.advanceTimersByTimeAsync(2 * AFTER);
    expect(published()).toEqual(['1 failed no']);
  });

  it('once its turn has lasted', async () => {
    const { promise, resolve } = pause();
    const turn = run(
      agent(async () => {
        await promise;
        return 'hello';
      }),
      requested(),
    );
    await vi.advanceTimersByTimeAsync(AFTER - 1);
    expect(published()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    await vi.waitFor(() => expect(published()).toEqual(['1 working']), 30_000);
    resolve();
    await turn;
    expect(published()).toEqual(['1 working', '2 completed [artifact-1-1 "hello"]']);
  });

  it('before the first chunk', async () => {
    await run(
      agent(async function* () {
        yield 'a';
        yield 'b';
      }),
      requested(),
    );
    expect(published()).toEqual([
      '1 working',
      '2 artifact-1-1 = "a" …',
      '3 artifact-1-1 + "b" …',
      '4 completed [artifact-1-1 "ab"]',
    ]);
  });

  it('in its own words, and then not again', async () => {
    const { promise, resolve } = pause();
    const turn = run(
      agent(async function* () {
        yield working('reading');
        await promise;
      }),
      requested(),
    );
    await vi.advanceTimersByTimeAsync(2 * AFTER);
    resolve();
    await turn;
    expect(published()).toEqual(['1 working reading', '2 completed']);
  });

  it('never after it was given up', async () => {
    const turn = run(
      agent(async () => {
        throw new Error('broken');
      }),
      requested(),
    );
    expect((await turn).batchItemFailures).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(2 * AFTER);
    vi.useRealTimers();
    await sleep(0);
    expect(published()).toEqual([]);
  });
});
