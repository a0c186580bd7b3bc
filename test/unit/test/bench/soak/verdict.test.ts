import { describe, expect, it } from 'vitest';
import type { Sample } from '#test/bench/soak/soak.ts';
import { growths, heapPerCall } from '#test/bench/soak/verdict.ts';

const MB = 2 ** 20;

/** Twenty samples of 10,000 calls each. */
function samples(change: (sample: Sample) => Partial<Sample>): Sample[] {
  return Array.from({ length: 20 }, (_, index) => {
    const sample: Sample = {
      calls: (index + 1) * 10_000,
      callsPerSecond: 1_000,
      p99: 10,
      cpuPerCall: 100,
      resident: 300 * MB,
      heap: 80 * MB,
      live: 100 * MB,
      file: 120 * MB,
      log: 50 * MB,
      pruned: 0,
    };
    return { ...sample, ...change(sample) };
  });
}
const found = (change: (sample: Sample) => Partial<Sample>) =>
  growths({ samples: samples(change), maxStore: 100 * MB });

describe('the verdict of a soak', () => {
  it('finds nothing where all is level, or grows in the warm-up alone', () => {
    expect(found(() => ({}))).toEqual([]);
    expect(
      found(({ calls }) => ({ heap: Math.min(calls, 100_000) * 400, file: Math.min(calls, 100_000) * 800 })),
    ).toEqual([]);
  });

  it.each(['file', 'log', 'live', 'resident'] as const)('finds %s that grows with the calls', (what) => {
    expect(found(({ calls }) => ({ [what]: calls * 500 }))).toEqual([expect.stringContaining(`${what}: `)]);
  });

  it('finds a file that is far above the bound', () => {
    expect(found(() => ({ file: 201 * MB }))).toEqual([expect.stringContaining('with a bound of')]);
  });

  it('finds what each call leaves on the heap, among what comes and goes', () => {
    const swinging = (perCall: number) => (sample: Sample) => ({
      heap: 80 * MB + sample.calls * perCall + (sample.calls % 20_000 === 0 ? MB / 2 : 0),
    });
    expect(found(swinging(100))).toEqual([expect.stringContaining('heap: ')]);
    expect(found(swinging(0))).toEqual([]);
    expect(heapPerCall(samples(swinging(100)))).toBeGreaterThan(90);
  });

  it('says nothing of a run that was too short', () => {
    expect(growths({ samples: samples(() => ({})).slice(0, 12), maxStore: 100 * MB })).toEqual([
      expect.stringContaining('make more'),
    ]);
  });
});
