import { expect, it } from 'vitest';
import { readPatience } from '#test/support/aws-patience.ts';

it.each([
  [undefined, 1],
  ['1', 1],
  ['2.5', 2.5],
])('STARLING_TEST_PATIENCE %j is the factor %d', (text, factor) => {
  expect(readPatience({ STARLING_TEST_PATIENCE: text })).toBe(factor);
});

it.each(['0.5', '-1', 'long', 'Infinity', ''])('STARLING_TEST_PATIENCE "%s" is refused', (text) => {
  expect(() => readPatience({ STARLING_TEST_PATIENCE: text })).toThrow('takes a number from 1');
});
