import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type CompiledPattern,
  compilePattern,
  InvalidPatternError,
  matches,
  PatternIndex,
} from '#shared/patterns/index.ts';
import { eventArbitrary, patternArbitrary } from './arbitraries.ts';

describe('PatternIndex', () => {
  it('returns a target once, however many of its patterns match', () => {
    const index = new PatternIndex<string>();
    index.add(compilePattern({ a: ['x'] }), 'one');
    index.add(compilePattern({ b: [{ prefix: 'y' }] }), 'one');
    index.add(compilePattern({ b: [{ exists: false }] }), 'two');

    expect([...index.match({ a: 'x', b: 'yy' })]).toEqual(['one']);
    expect([...index.match({ a: 'x' })].sort()).toEqual(['one', 'two']);
    expect(index.size).toBe(2);
  });

  it('removes a target from all its patterns and leaves the others', () => {
    const index = new PatternIndex<string>();
    const pattern = compilePattern({ a: ['x', { wildcard: '*y*' }, { numeric: ['>', 5] }, { cidr: '10.0.0.0/8' }] });
    index.add(pattern, 'one');
    index.add(pattern, 'two');
    index.add(compilePattern({ b: [{ exists: false }] }), 'one');
    index.remove('one');
    index.remove('never added');

    for (const a of ['x', 'zyz', 6, '10.1.1.1']) expect([...index.match({ a })]).toEqual(['two']);
    index.remove('two');
    expect(index.match({ a: 'x' }).size).toBe(0);
    expect(index.size).toBe(0);
  });

  it('takes a target again after it was removed', () => {
    const index = new PatternIndex<string>();
    const pattern = compilePattern({ a: { b: ['x'] } });
    index.add(pattern, 'one');
    index.remove('one');
    index.add(pattern, 'one');

    expect([...index.match({ a: { b: 'x' } })]).toEqual(['one']);
  });

  it('keeps nothing of one event for the next', () => {
    const index = new PatternIndex<string>();
    index.add(compilePattern({ a: ['x'], b: ['y'] }), 'one');

    expect(index.match({ a: 'x' }).size).toBe(0);
    expect(index.match({ b: 'y' }).size).toBe(0);
    expect(index.match({ a: 'x', b: 'y' }).size).toBe(1);
  });

  it.each([
    [
      'a prefix of all and a range of its own',
      (n: number) => ({ t: [{ prefix: 'Order' }], n: [{ numeric: ['=', n] }] }),
    ],
    [
      'an exact value of all and a prefix of its own',
      (n: number) => ({ t: ['OrderPlaced'], s: [{ prefix: `key-${n}.` }] }),
    ],
    [
      'a range of all and an exact value of its own',
      (n: number) => ({ n: [{ numeric: ['>', -1] }], s: [`key-${n}.`] }),
    ],
    ['the beginning of all and an end of its own, by a wildcard', (n: number) => ({ s: [{ wildcard: `key-*${n}.` }] })],
    ['the beginning of all and a part of its own, by a wildcard', (n: number) => ({ s: [{ wildcard: `key-*${n}*` }] })],
  ])('tries few of the rules that have %s', (_what, patternOf) => {
    const index = new PatternIndex<number>();
    let tests = 0;
    for (let n = 1000; n < 1512; n++)
      index.add(
        counting(compilePattern(patternOf(n)), () => tests++),
        n,
      );

    expect([...index.match({ t: 'OrderPlaced', n: 1234, s: 'key-1234.' })]).toEqual([1234]);
    expect(tests).toBeLessThan(100);
  });

  it('finds what testing each pattern finds, also after some targets are gone', () => {
    const rules = fc.array(fc.tuple(patternArbitrary, fc.nat({ max: 15 }), fc.boolean()), { maxLength: 30 });
    fc.assert(
      fc.property(rules, fc.array(eventArbitrary, { minLength: 1, maxLength: 5 }), (generated, events) => {
        const index = new PatternIndex<number>();
        const kept: { pattern: CompiledPattern; target: number }[] = [];
        for (const [source, target] of generated) {
          const pattern = compileOrUndefined(source);
          if (pattern === undefined) continue;
          index.add(pattern, target);
          kept.push({ pattern, target });
        }
        const expected = (event: unknown, gone: ReadonlySet<number>) =>
          new Set(
            kept
              .filter(({ pattern, target }) => !gone.has(target) && matches(pattern, event))
              .map(({ target }) => target),
          );

        for (const event of events) expect(index.match(event)).toEqual(expected(event, new Set()));

        const gone = new Set(generated.filter(([, , goes]) => goes).map(([, target]) => target));
        for (const target of gone) index.remove(target);
        for (const event of events) expect(index.match(event)).toEqual(expected(event, gone));
      }),
      { numRuns: 500 },
    );
  });
});

function compileOrUndefined(pattern: unknown): CompiledPattern | undefined {
  try {
    return compilePattern(pattern);
  } catch (error) {
    if (error instanceof InvalidPatternError) return undefined;
    throw error;
  }
}

/** The same pattern, telling of each test of a field. */
function counting({ rules }: CompiledPattern, tested: () => void): CompiledPattern {
  return {
    rules: rules.map((rule) => ({
      ...rule,
      fields: rule.fields.map((field) => ({
        ...field,
        test(leaf) {
          tested();
          return field.test(leaf);
        },
      })),
    })),
  };
}
