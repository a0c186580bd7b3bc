import { describe, expect, it } from 'vitest';
import { slopeOf } from '../../bench/memory.ts';

describe('slopeOf', () => {
  it.each([
    ['of what grows by 10 bytes a call', [0, 100, 200].map((calls) => ({ calls, resident: 5000 + 10 * calls })), 10],
    ['of what stays', [0, 100, 200].map((calls) => ({ calls, resident: 5000 })), 0],
    ['of what goes up and down', [10, 30, 10, 30].map((resident, at) => ({ calls: at * 10, resident })), 0.4],
    ['of a single sample', [{ calls: 5, resident: 5000 }], 0],
  ])('%s', (_what, samples, slope) => {
    expect(slopeOf(samples)).toBeCloseTo(slope);
  });
});
