import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { releaseOnChange, VisibilityExtender } from '#hosts/sources/visibility-extender.ts';
import type { Queue, ReceivedMessage } from '#shared/ports/queue.ts';
import { RecordingRuntime } from '#test/support/agent-runtime.ts';

const message = (receiptHandle: string): ReceivedMessage => ({
  messageId: receiptHandle,
  receiptHandle,
  body: '',
  attributes: {},
  receiveCount: 1,
  sentAt: 0,
  firstReceivedAt: 0,
});

describe('held messages', () => {
  const runtime = new RecordingRuntime();
  let changes: string[];
  let queue: Pick<Queue, 'changeVisibility'>;
  let held: VisibilityExtender;

  beforeEach(() => {
    vi.useFakeTimers();
    changes = [];
    queue = {
      changeVisibility: async (name, receipt, timeout) => void changes.push(`${name} ${receipt} ${timeout}`),
    };
    held = new VisibilityExtender({ queue, name: 'work', visibilityTimeoutSeconds: 60, log: runtime.log });
  });
  afterEach(() => vi.useRealTimers());

  it('are hidden anew, in time, for as long as they are held', async () => {
    held.extend([message('a'), message('b')]);
    await vi.advanceTimersByTimeAsync(20_000);
    expect(changes).toEqual(['work a 60', 'work b 60']);
    await held.stopExtending('a');
    await vi.advanceTimersByTimeAsync(40_000);
    expect(changes.slice(2)).toEqual(['work b 60', 'work b 60']);
    await held.stopExtending('b');
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(changes).toHaveLength(4);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('are tried again after a renewal that failed', async () => {
    let failures = 1;
    const flaky = {
      changeVisibility: async (name: string, receipt: string, timeout: number) => {
        if (failures-- > 0) throw new Error('no way to SQS');
        changes.push(`${name} ${receipt} ${timeout}`);
      },
    };
    held = new VisibilityExtender({ queue: flaky, name: 'work', visibilityTimeoutSeconds: 60, log: runtime.log });
    held.extend([message('a')]);
    await vi.advanceTimersByTimeAsync(40_000);
    expect(changes).toEqual(['work a 60']);
    expect(runtime.lines.at(-1)).toMatchObject({ level: 'warn', fields: { queue: 'work' } });
    await held.stopExtending('a');
  });

  it('are given back at once', async () => {
    held.extend([message('a'), message('b')]);
    await held.releaseAll();
    expect(changes).toEqual(['work a 0', 'work b 0']);
    expect(held.count).toBe(0);
  });

  it('come again when their function says, also while a renewal is on its way', async () => {
    let arrived = () => {};
    queue.changeVisibility = async (name, receipt, timeout) => {
      if (timeout === 60) {
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
      }
      changes.push(`${name} ${receipt} ${timeout}`);
    };
    held.extend([message('a')]);
    await vi.advanceTimersByTimeAsync(20_000);
    const said = releaseOnChange(queue as Queue, held).changeVisibility('work', 'a', 1);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(changes).toEqual([]);
    arrived();
    await said;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(changes).toEqual(['work a 60', 'work a 1']);
  });

  it('are let go after every renewal that is on its way, however slow', async () => {
    const arrivals: (() => void)[] = [];
    queue.changeVisibility = async (name, receipt, timeout) => {
      if (timeout === 60) await new Promise<void>((resolve) => arrivals.push(resolve));
      changes.push(`${name} ${receipt} ${timeout}`);
    };
    held.extend([message('a')]);
    await vi.advanceTimersByTimeAsync(40_000);
    const said = releaseOnChange(queue as Queue, held).changeVisibility('work', 'a', 1);
    await vi.advanceTimersByTimeAsync(0);
    for (const arrive of arrivals.toReversed()) {
      arrive();
      await vi.advanceTimersByTimeAsync(0);
    }
    await said;
    expect(changes.at(-1)).toBe('work a 1');
  });
});
