import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withinTime } from '#shared/within-time.ts';

const late = () => new Error('late');
const never = () => new Promise<never>(() => {});

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

it('gives the result of work that ends in time, and leaves no timer', async () => {
  expect(await withinTime(1_000, async () => 'done', late)).toBe('done');
  expect(await withinTime(1_000, () => 'at once', late)).toBe('at once');
  expect(vi.getTimerCount()).toBe(0);
});

it('passes on what work throws, at once or later, and leaves no timer', async () => {
  const failing = () => {
    throw new Error('at once');
  };
  await expect(withinTime(1_000, failing, late)).rejects.toThrow('at once');
  await expect(withinTime(1_000, () => Promise.reject(new Error('later')), late)).rejects.toThrow('later');
  expect(vi.getTimerCount()).toBe(0);
});

it('fails when the time is over, and not before', async () => {
  const failed = vi.fn();
  withinTime(1_000, never, late).catch(failed);
  await vi.advanceTimersByTimeAsync(999);
  expect(failed).not.toHaveBeenCalled();
  await vi.advanceTimersByTimeAsync(1);
  expect(failed).toHaveBeenCalledWith(late());
});
