import { describe, expect, it } from 'vitest';
import { isExactObject, parseExact, withMember } from '#shared/exact-json.ts';
import { isObject } from '#shared/objects.ts';

describe('isObject', () => {
  it.each([
    ['an object', {}, true],
    ['null', null, false],
    ['an array', [], false],
    ['text', 'x', false],
    ['nothing', undefined, false],
  ])('%s', (_what, value, expected) => {
    expect(isObject(value)).toBe(expected);
  });
});

describe('exact JSON', () => {
  it('keeps every digit of a number', () => {
    const text = '{"id":12345678901234567890,"price":1.10,"list":[1e400]}';
    expect(JSON.stringify(parseExact(text))).toBe(text);
  });

  it('takes no number for an object', () => {
    expect(isExactObject(parseExact('1'))).toBe(false);
    expect(isExactObject(parseExact('{"n":1}'))).toBe(true);
  });

  it('adds a member that is JSON text', () => {
    expect(withMember({}, 'n', '1.10')).toBe('{"n":1.10}');
    expect(withMember({ a: 1 }, 'n', '1.10')).toBe('{"a":1,"n":1.10}');
  });
});
