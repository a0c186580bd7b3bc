import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ShortLivedMap, ShortLivedSet } from '#shared/short-lived.ts';

const keys = fc.constantFrom('a', 'b', 'constructor', '__proto__', '');

describe('ShortLivedMap', () => {
  it('does what a Map does', () => {
    const step = fc.tuple(keys, fc.option(fc.nat(), { nil: undefined }));
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const map = new ShortLivedMap<string, number>();
        const model = new Map<string, number>();
        for (const [key, value] of steps) {
          if (value === undefined) {
            map.delete(key);
            model.delete(key);
          } else {
            map.set(key, value);
            model.set(key, value);
          }
          expect(map.size).toBe(model.size);
          for (const each of ['a', 'b', 'constructor', '__proto__', '', 'never']) {
            expect(map.get(each)).toBe(model.get(each));
            expect(map.has(each)).toBe(model.has(each));
          }
        }
      }),
    );
  });
});

describe('ShortLivedSet', () => {
  it('does what a Set does, in no order', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(keys, fc.boolean())), (steps) => {
        const set = new ShortLivedSet<string>();
        const model = new Set<string>();
        for (const [value, adds] of steps) {
          if (adds) {
            set.add(value);
            model.add(value);
          } else {
            set.delete(value);
            model.delete(value);
          }
          expect(set.size).toBe(model.size);
          expect([...set].sort()).toEqual([...model].sort());
        }
      }),
    );
  });

  it('does the same with thousands of values, while it grows and while it shrinks', () => {
    const set = new ShortLivedSet<number>();
    const model = new Set<number>();
    const step = (value: number, adds: boolean) => {
      set[adds ? 'add' : 'delete'](value);
      model[adds ? 'add' : 'delete'](value);
      expect(set.size).toBe(model.size);
    };
    for (let value = 0; value < 2_000; value++) {
      step(value, true);
      step(value, true);
      if (value % 3 === 0) step(value - 30, false);
    }
    expect([...set].sort()).toEqual([...model].sort());
    for (let value = 0; value < 2_000; value += 2) step(value, false);
    expect([...set].sort()).toEqual([...model].sort());
    for (let value = 1_999; value > 0; value--) step(value, false);
    expect([...set]).toEqual([]);
    step(7, true);
    expect([...set]).toEqual([7]);
  });

  it('gives all at once, and goes on empty', () => {
    const set = new ShortLivedSet<string>();
    set.add('a');
    set.add('b');
    expect([...set.drain()].sort()).toEqual(['a', 'b']);
    expect(set.size).toBe(0);
    set.add('c');
    expect([...set]).toEqual(['c']);
  });
});
