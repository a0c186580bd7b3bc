import { describe, expect, it } from 'vitest';
import { quantileOf, slopeOf, spreadOf } from '#test/bench/statistics.ts';

describe('spreadOf', () => {
  it.each([
    ['one', [3], { min: 3, median: 3, max: 3 }],
    ['an odd number, as numbers and not as text', [10, 9, 100], { min: 9, median: 10, max: 100 }],
    ['an even number', [4, 1, 3, 2], { min: 1, median: 2.5, max: 4 }],
  ])('of %s', (_what, values, spread) => {
    expect(spreadOf(values)).toEqual(spread);
  });

  it('refuses to tell of nothing', () => {
    expect(() => spreadOf([])).toThrow(RangeError);
  });
});

describe('quantileOf', () => {
  it('lies between two values in proportion', () => {
    expect(quantileOf([0, 10, 20, 30, 40], 0.99)).toBeCloseTo(39.6);
    expect(quantileOf([0, 10], 0)).toBe(0);
    expect(quantileOf([0, 10], 1)).toBe(10);
  });
});

describe('slopeOf', () => {
  it.each([
    ['of what grows by 10 a step', [0, 100, 200].map((x) => ({ x, y: 5000 + 10 * x })), 10],
    ['of what stays', [0, 100, 200].map((x) => ({ x, y: 5000 })), 0],
    ['of what goes up and down', [10, 30, 10, 30].map((y, at) => ({ x: at * 10, y })), 0.4],
    ['of a single point', [{ x: 5, y: 5000 }], 0],
  ])('%s', (_what, points, slope) => {
    expect(slopeOf(points)).toBeCloseTo(slope);
  });
});
