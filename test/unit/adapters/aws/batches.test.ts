import { describe, expect, it } from 'vitest';
import { batches, inParallel } from '#adapters/aws/batches.ts';

describe('batches', () => {
  const sizes = (items: number[], limits: { count: number; bytes: number }) => batches(items, limits, (size) => size);

  it('keeps to count and bytes, and to the order', () => {
    expect(sizes([1, 1, 1, 1, 1], { count: 2, bytes: 10 })).toEqual([[1, 1], [1, 1], [1]]);
    expect(sizes([4, 4, 4, 2, 8, 3], { count: 10, bytes: 10 })).toEqual([[4, 4], [4, 2], [8], [3]]);
  });

  it('fills a batch to the last byte', () => {
    expect(sizes([5, 5, 1], { count: 10, bytes: 10 })).toEqual([[5, 5], [1]]);
  });

  it('leaves what is too large by itself alone', () => {
    expect(sizes([1, 20, 1], { count: 10, bytes: 10 })).toEqual([[1], [20], [1]]);
  });

  it('makes none of nothing', () => {
    expect(sizes([], { count: 10, bytes: 10 })).toEqual([]);
  });
});

describe('inParallel', () => {
  it('answers in the order of the list, and never does more than so many at a time', async () => {
    let running = 0;
    let most = 0;
    const results = await inParallel([5, 1, 4, 2, 3, 0], 3, async (turns) => {
      most = Math.max(most, ++running);
      for (let i = 0; i < turns; i++) await new Promise((resolve) => setImmediate(resolve));
      running--;
      return turns * 10;
    });
    expect(results).toEqual([50, 10, 40, 20, 30, 0]);
    expect(most).toBe(3);
  });

  it('does nothing for nothing, and throws what is thrown', async () => {
    expect(await inParallel([], 3, () => Promise.reject(new Error('called')))).toEqual([]);
    await expect(inParallel([1, 2], 1, () => Promise.reject(new Error('thrown')))).rejects.toThrow('thrown');
  });
});
