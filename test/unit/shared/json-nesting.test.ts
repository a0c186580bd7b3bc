import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nestingOf } from '#shared/json-nesting.ts';

const nesting = (text: string) => nestingOf(Buffer.from(text));

/** The plain definition, for values that are not deep. */
function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depth));
}

describe('nestingOf', () => {
  it.each([
    ['', 0],
    ['7', 0],
    ['[]', 1],
    ['{"a":[{}]}', 3],
    ['"[[[["', 0],
    ['["\\"[[", []]', 2],
    ['["\\\\", []]', 2],
    ['[],[],[]', 1],
  ])('of %s is %i', (text, expected) => {
    expect(nesting(text)).toBe(expected);
  });

  it('is the depth of any value', () => {
    fc.assert(fc.property(fc.jsonValue(), (value) => nesting(JSON.stringify(value)) === depth(value)));
  });

  it('bears any depth', () => {
    expect(nesting('['.repeat(1_000_000))).toBe(1_000_000);
  });
});
