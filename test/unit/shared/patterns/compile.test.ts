import { describe, expect, it } from 'vitest';
import { compilePattern, InvalidPatternError, parsePattern } from '#shared/patterns/index.ts';

function refusal(compile: () => unknown): InvalidPatternError {
  try {
    compile();
  } catch (error) {
    if (error instanceof InvalidPatternError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('a refused pattern', () => {
  it('has a stable code, and its message says where and what to do', () => {
    const error = refusal(() => compilePattern({ detail: { state: 'running' } }));

    expect(error.code).toBe('INVALID_EVENT_PATTERN');
    expect(error.path).toBe('detail.state');
    expect(error.message).toBe(
      'Invalid event pattern at "detail.state": a field takes a list of values, or an object of fields; write ["a"] instead of "a"',
    );
  });

  it('that is not JSON keeps the cause', () => {
    expect(refusal(() => parsePattern('{"a":')).cause).toBeInstanceOf(SyntaxError);
  });

  it.each([
    ['a list', '[]', ''],
    ['null', 'null', ''],
    ['an empty object', '{}', ''],
    ['an empty object within', '{"a":{"b":{}}}', 'a.b'],
    ['an empty list', '{"a":[]}', 'a'],
    ['a list in a list', '{"a":[["x"]]}', 'a'],
    ['an unknown operator', '{"a":[{"regex":"x"}]}', 'a'],
    ['an operator object without key', '{"a":[{}]}', 'a'],
    ['two operators in one object', '{"a":[{"prefix":"x","suffix":"y"}]}', 'a'],
    ['an operator twice', '{"a":[{"prefix":"x","prefix":"y"}]}', 'a'],
    ['a prefix that is a number', '{"a":[{"prefix":5}]}', 'a'],
    ['a prefix with another operator in it', '{"a":[{"prefix":{"suffix":"x"}}]}', 'a'],
    ['exists with a string', '{"a":[{"exists":"true"}]}', 'a'],
    ['a list of texts without case', '{"a":[{"equals-ignore-case":["x"]}]}', 'a'],
    ['a numeric without list', '{"a":[{"numeric":5}]}', 'a'],
    ['a numeric without number', '{"a":[{"numeric":["="]}]}', 'a'],
    ['a numeric with a string', '{"a":[{"numeric":["=","5"]}]}', 'a'],
    ['a range from above', '{"a":[{"numeric":["<",5,">",1]}]}', 'a'],
    ['a range of one value', '{"a":[{"numeric":[">=",5,"<=",5]}]}', 'a'],
    ['a range upside down', '{"a":[{"numeric":[">",5,"<",1]}]}', 'a'],
    ['three comparisons', '{"a":[{"numeric":[">",1,"<",5,"<",6]}]}', 'a'],
    ['a comparison with a number that a double rounds', '{"a":[{"numeric":["=",9007199254740993]}]}', 'a'],
    ['a bound at the end of all doubles', '{"a":[{"numeric":["<",-1.7976931348623157e308]}]}', 'a'],
    ['anything but nothing', '{"a":[{"anything-but":[]}]}', 'a'],
    ['anything but a mixture', '{"a":[{"anything-but":["x",1]}]}', 'a'],
    ['anything but null', '{"a":[{"anything-but":null}]}', 'a'],
    ['anything but true', '{"a":[{"anything-but":[true]}]}', 'a'],
    ['anything but an empty prefix', '{"a":[{"anything-but":{"prefix":""}}]}', 'a'],
    ['anything but an empty list of prefixes, first', '{"a":[{"anything-but":{"prefix":[]}},"x"]}', 'a'],
    ['anything but a range', '{"a":[{"anything-but":{"numeric":["=",1]}}]}', 'a'],
    ['a cidr without bits', '{"a":[{"cidr":"10.0.0.0"}]}', 'a'],
    ['a cidr of one address', '{"a":[{"cidr":"10.0.0.0/32"}]}', 'a'],
    ['a cidr of one IPv6 address', '{"a":[{"cidr":"::1/128"}]}', 'a'],
    ['a cidr of a name', '{"a":[{"cidr":"localhost/8"}]}', 'a'],
    ['two stars', '{"a":[{"wildcard":"a**b"}]}', 'a'],
    ['a backslash before a letter', '{"a":[{"wildcard":"a\\\\b"}]}', 'a'],
    ['a backslash at the end', '{"a":[{"wildcard":"a\\\\"}]}', 'a'],
    ['$or with one branch', '{"$or":[{"a":[1]}]}', '$or'],
    ['$or with a string among objects', '{"a":{"$or":[{"b":[1]},"x"]}}', 'a.$or'],
    ['a reserved name in $or', '{"$or":[{"prefix":["x"]},{"a":[1]}]}', 'prefix'],
    ['a reserved name further down', '{"$or":[{"a":{"=":[1]}},{"b":[1]}]}', 'a.='],
  ])('%s: %s', (_what, pattern, path) => {
    expect(refusal(() => parsePattern(pattern)).path).toBe(path);
  });

  it('may not have more than 256 fields', () => {
    const fields = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, ['x']]));

    expect(compilePattern(fields(256)).rules).toHaveLength(1);
    expect(refusal(() => compilePattern(fields(257))).message).toContain('256');
  });

  it('may not multiply $or without end', () => {
    const steps = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`s${i}`, { $or: [{ a: [i] }, { b: [i] }] }]));

    expect(compilePattern(steps(9)).rules).toHaveLength(512);
    expect(refusal(() => compilePattern(steps(40))).message).toContain('1000');
  });

  it('may not be nested deeper than 1000 levels, however deep it is', () => {
    const nested = (depth: number) => `${'{"a":'.repeat(depth)}["x"]${'}'.repeat(depth)}`;

    expect(parsePattern(nested(1000)).rules).toHaveLength(1);
    expect(refusal(() => parsePattern(nested(1002))).message).toContain('1000');
    expect(refusal(() => parsePattern(nested(50_000)))).toBeInstanceOf(InvalidPatternError);
  });
});

describe('an accepted pattern', () => {
  it.each([
    ['a reserved name outside $or', '{"prefix":["x"]}'],
    ['a list that a later one replaces is not tried', '{"a":[{"numeric":["<",-1.7976931348623157e308]}],"a":["x"]}'],
    ['a cidr with a sign and slashes after it', '{"a":[{"cidr":"10.0.0.0/+8//"}]}'],
    ['a key too long for YAML', `{"${'k'.repeat(2000)}":["x"]}`],
  ])('%s', (_what, pattern) => {
    expect(parsePattern(pattern).rules).toHaveLength(1);
  });
});
