import { describe, expect, it } from 'vitest';
import { parseJson } from '#shared/exact-json.ts';
import { compilePattern, matches, PatternIndex } from '#shared/patterns/index.ts';

/*
 * Events and patterns come from outside. Each of these would run for hours with backtracking or with a comparison of
 * every element with every other; here they end, which is all that is asked of them.
 */

const times = <T>(count: number, make: (i: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));

describe('hostile patterns and events', () => {
  it('wildcards with many stars against a repetitive value', () => {
    const pattern = compilePattern({
      a: [{ wildcard: `${'*a'.repeat(500)}*b` }, { wildcard: `*${'a'.repeat(2000)}b*` }],
    });

    expect(matches(pattern, { a: 'a'.repeat(200_000) })).toBe(false);
    expect(matches(pattern, { a: `${'a'.repeat(200_000)}b` })).toBe(true);
  });

  it('thousands of nested substrings against a repetitive value', () => {
    const index = new PatternIndex<number>();
    times(1000, (i) => index.add(compilePattern({ a: [{ wildcard: `*${'a'.repeat(i + 1)}*` }], b: ['x'] }), i));
    times(1000, (i) => index.add(compilePattern({ c: [{ wildcard: `*${'a'.repeat(i + 1)}*` }] }), i + 1000));

    expect(index.match({ c: 'a'.repeat(2000) }).size).toBe(1000);
  });

  it('a large array in which no element has both fields', () => {
    const pattern = compilePattern({ e: { x: [1], y: [2] } });
    const elements = times(40_000, (i) => (i % 2 === 0 ? { x: 1, y: 1 } : { x: 2, y: 2 }));

    expect(matches(pattern, { e: elements })).toBe(false);
    expect(matches(pattern, { e: [...elements, { x: 1, y: 2 }] })).toBe(true);
  });

  it('a large array in which every element has what should be absent', () => {
    const pattern = compilePattern({ e: { x: [1], y: [{ exists: false }] } });
    const elements = times(40_000, () => ({ x: 1, y: 1 }));

    expect(matches(pattern, { e: elements })).toBe(false);
    expect(matches(pattern, { e: [...elements, { x: 1 }] })).toBe(true);
  });

  it('many arrays side by side, and no combination of their elements', () => {
    const names = times(12, (i) => `e${i}`);
    const inner = { x: [1], y: [1] };
    const elements = times(50, (i) => (i % 2 === 0 ? { x: 1 } : { y: 1 }));
    const together = elements.map((_, i) => (i === 30 ? { x: 1, y: 1 } : { x: 1 }));
    const pattern = compilePattern({ ...Object.fromEntries(names.map((name) => [name, inner])) });

    expect(matches(pattern, Object.fromEntries(names.map((name) => [name, together])))).toBe(true);
    expect(
      matches(
        pattern,
        Object.fromEntries(names.map((name, i) => [name, i === names.length - 1 ? elements : together])),
      ),
    ).toBe(false);
  });

  it('dotted keys that lead one path into many arrays', () => {
    // Each of these spellings of a.b.c.d.e is an array of its own.
    const spellings: readonly (readonly string[])[] = [
      'a.b.c.d|e',
      'a.b.c|d.e',
      'a.b|c.d.e',
      'a|b.c.d.e',
      'a.b.c.d.e',
    ].map((s) => s.split('|'));
    const event: Record<string, unknown> = {};
    for (const [number, [outer = '', inner]] of spellings.entries()) {
      const elements = times(200, () => ({ [`k${number}`]: 1, z: 1 }));
      if (inner === undefined) event[outer] = elements;
      else event[outer] = { [inner]: elements };
    }
    const fields = Object.fromEntries(spellings.map((_, number) => [`k${number}`, [1]]));
    const pattern = compilePattern({ 'a.b.c.d.e': { ...fields, z: [{ exists: false }] } });

    expect(matches(pattern, event)).toBe(false);
  });

  it('an event nested deeper than any stack', () => {
    const pattern = compilePattern({ a: [{ exists: true }] });
    const depth = 100_000;

    expect(matches(pattern, parseJson(`{"a":${'['.repeat(depth)}1${']'.repeat(depth)}}`))).toBe(false);
    expect(matches(pattern, parseJson(`{"a":${'['.repeat(depth)}1e5${']'.repeat(depth)}}`))).toBe(false);
    expect(matches(pattern, { a: [[[[1]]]] })).toBe(true);
  });
});
