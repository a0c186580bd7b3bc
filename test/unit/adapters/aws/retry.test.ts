import { describe, expect, it } from 'vitest';
import { backoff, standardRetry } from '#adapters/aws/retry.ts';

describe('backoff', () => {
  const most = (failures: number) => backoff(failures, { ...standardRetry, random: () => 1 });

  it('may wait twice as long each time, up to the longest', () => {
    expect([1, 2, 3, 4, 5, 6, 7, 8].map(most)).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
  });

  it('is anywhere between nothing and that', () => {
    expect(backoff(3, { ...standardRetry, random: () => 0 })).toBe(0);
    expect(backoff(3, { ...standardRetry, random: () => 0.25 })).toBe(100);
  });
});
