import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { InexactNumber, InexactNumberError, parseJson, parseSpelled, rounded, withMember } from '#shared/exact-json.ts';
import { isObject } from '#shared/objects.ts';
import { unportable } from '#shared/portable-json.ts';

describe('isObject', () => {
  it.each([
    ['an object', {}, true],
    ['null', null, false],
    ['an array', [], false],
    ['text', 'x', false],
    ['nothing', undefined, false],
    ['an inexact number', new InexactNumber('1e400'), false],
  ])('%s', (_what, value, expected) => {
    expect(isObject(value)).toBe(expected);
  });
});

describe('exact JSON', () => {
  it.each([
    '{"id":12345678901234567890,"list":[1e400,-9007199254740993],"pi":3.14159265358979323846}',
    '[12345678901234567890]',
    '12345678901234567890',
    '{"\\"":12345678901234567890,"\\\\":"\\\\","x":"\\\\\\" ,12345678901234567891","y":[]}',
    '{"__proto__":12345678901234567890,"a":{"__proto__":{"b":12345678901234567891}}}',
    `[${'1'.repeat(400)},0.${'0'.repeat(400)}1]`,
  ])('keeps every digit of %s', (text) => {
    expect(JSON.stringify(parseJson(text))).toBe(text);
  });

  it('keeps the spelling of numbers on request', () => {
    const text = '{"a":1.10,"b":[1.0,-0,1E2,12345678901234567890,7],"1.0":"1.0"}';
    expect(JSON.stringify(parseSpelled(text))).toBe(text);
    expect(parseSpelled('7')).toBe(7);
  });

  it('keeps digits between white space', () => {
    const text = '{ "a" :\n-12345678901234567890\t, "b":[ 1e-400 ] }';
    expect(JSON.stringify(parseJson(text))).toBe('{"a":-12345678901234567890,"b":[1e-400]}');
  });

  it.each(['1', '-0.5', '1.10', '1e21', '100000000000000000000', '0.10', '-1.5e-7'])(
    'reads %s as a plain number',
    (literal) => {
      expect(parseJson(`[${literal}]`)).toEqual([Number(literal)]);
      expect(parseJson(literal)).toBe(Number(literal));
    },
  );

  it('leaves strings alone that look like numbers', () => {
    const value = { text: ':12345678901234567890,1e400', 'key,1e400': ',1e400' };
    expect(parseJson(JSON.stringify(value))).toEqual(value);
  });

  it.each([
    '{"a":12345678901234567890',
    '{12345678901234567890:1}',
    '[012345678901234567890]',
    '[1.2.34567890123456]',
    '1e',
  ])('refuses %s as JSON.parse does', (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  it('reads deep nesting', () => {
    const depth = 100_000;
    let value = parseJson(`${'['.repeat(depth)}12345678901234567890${']'.repeat(depth)}`);
    while (Array.isArray(value)) [value] = value;
    expect(value).toEqual(new InexactNumber('12345678901234567890'));
  });

  it('adds a member that is JSON text', () => {
    expect(withMember({}, 'n', '1.10')).toBe('{"n":1.10}');
    expect(withMember({ a: 1 }, 'n', '1.10')).toBe('{"a":1,"n":1.10}');
  });
});

describe('an inexact number', () => {
  const number = (digits: string) => new InexactNumber(digits) as unknown as number;

  it('gives its digits as text', () => {
    expect(`${number('12345678901234567890')}`).toBe('12345678901234567890');
    expect(BigInt(String(number('12345678901234567890'))) + 1n).toBe(12345678901234567891n);
    expect(isDeepStrictEqual(number('12345678901234567890'), number('12345678901234567891'))).toBe(false);
  });

  it('computes where 17 digits are enough', () => {
    expect(number('0.10000000000000001') * 2).toBe(0.2);
  });

  it.each(['9007199254740993', '3.14159265358979323846', '1e400', '0.1000000000000000000001'])(
    'does not compute with %s',
    (digits) => {
      for (const compute of [() => number(digits) + 1, () => number(digits) * 2, () => number(digits) > 1])
        expect(compute).toThrow(InexactNumberError);
    },
  );
});

describe('rounded', () => {
  it('gives plain numbers, and the value itself where all are plain', () => {
    expect(rounded(parseJson('{"a":[{"b":9007199254740993}],"c":null}'))).toEqual({
      a: [{ b: 9007199254740992 }],
      c: null,
    });
    for (const plain of [{ a: [{ b: 1 }], c: null }, null, 'x', 1, undefined]) expect(rounded(plain)).toBe(plain);
  });
});

describe('unportable', () => {
  const half = '\\ud83d';
  it.each([
    ['{"n":[1,1e400]}', 'n/1 is the number 1e400'],
    [`{"n":-${'1'.repeat(400)}}`, 'n is the number -11111'],
    [`{"a":{"b":["x","${half}"]}}`, 'a/b/1 has half of a surrogate pair'],
    [`{"a":{"x${half}":1}}`, 'a/x\ufffd has half of a surrogate pair'],
    [`{"a":"\\ude00${half}"}`, 'a has half of a surrogate pair'],
    ['"\\uDBFF"', 'the whole value has half of a surrogate pair'],
  ])('finds the value in %s', (text, problem) => {
    expect(unportable(text)).toContain(problem);
  });

  it.each([
    `{"a":"${half}\\ude00"}`,
    '{"a":"\\\\ud83d"}',
    '{"n":1e300,"m":1e-400}',
    '{"text":"[1e400, 12]"}',
    '[12345678901234567890]',
  ])('finds nothing in %s', (text) => {
    expect(unportable(text)).toBeUndefined();
  });

  it('looks at a part of the text only, if it is given', () => {
    expect(unportable('{"id":1e400,"params":{}}', { params: {} })).toBeUndefined();
  });
});
