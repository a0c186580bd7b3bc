import { describe, expect, it } from 'vitest';
import { parseJson } from '#shared/exact-json.ts';
import { matches, PatternIndex, parsePattern } from '#shared/patterns/index.ts';

/** Each line was checked against event-ruler 2.1.0: what is tried, the pattern, the event, whether it matches. */
type Line = readonly [what: string, pattern: string, event: string, matches: boolean];

function check(lines: readonly Line[]): void {
  it.each(lines)('%s: %s with %s', (_what, patternText, eventText, expected) => {
    const pattern = parsePattern(patternText);
    const event = parseJson(eventText);
    const index = new PatternIndex<string>();
    index.add(pattern, 'target');

    expect(matches(pattern, event)).toBe(expected);
    expect(index.match(event).has('target')).toBe(expected);
  });
}

describe('numbers', () => {
  check([
    ['spelling does not matter', '{"a":[300.0]}', '{"a":3e2}', true],
    ['nor does the sign of zero', '{"a":[0]}', '{"a":-0.0}', true],
    ['a string is no number', '{"a":[300]}', '{"a":"300"}', false],
    ['one past the exact integers equals its own text', '{"a":[9007199254740993]}', '{"a":9007199254740993}', true],
    ['and no other', '{"a":[9007199254740993]}', '{"a":9007199254740992}', false],
    ['it is in no range', '{"a":[{"numeric":[">",0]}]}', '{"a":9007199254740993}', false],
    ['but it is anything but a number', '{"a":[{"anything-but":[9007199254740992]}]}', '{"a":9007199254740993}', true],
    ['a fraction too long for a double is like that', '{"a":[0.3]}', '{"a":0.30000000000000001}', false],
    ['too large for a double equals its text', '{"a":[1e400]}', '{"a":1e400}', true],
    ['bounds may be open', '{"a":[{"numeric":[">",1,"<",2]}]}', '{"a":2}', false],
    ['or closed', '{"a":[{"numeric":[">=",1,"<=",2]}]}', '{"a":2}', true],
  ]);
});

describe('strings', () => {
  check([
    ['a prefix that ends in a quote reaches the end of the value', '{"a":[{"prefix":"abc\\""}]}', '{"a":"abc"}', true],
    ['and still is a prefix', '{"a":[{"prefix":"abc\\""}]}', '{"a":"abc\\"d"}', true],
    ['but does not match more', '{"a":[{"prefix":"abc\\""}]}', '{"a":"abcd"}', false],
    ['a suffix that begins with one reaches the start', '{"a":[{"suffix":"\\"abc"}]}', '{"a":"abc"}', true],
    ['an empty prefix matches every string', '{"a":[{"prefix":""}]}', '{"a":""}', true],
    ['and nothing else', '{"a":[{"prefix":""}]}', '{"a":1}', false],
    ['"exactly" is a plain string', '{"a":[{"exactly":"10.0.0.5"}]}', '{"a":"10.0.0.05"}', false],
    ['without case is by the forms of the pattern', '{"a":[{"equals-ignore-case":"straße"}]}', '{"a":"STRASSE"}', true],
    ['not by those of the value', '{"a":[{"equals-ignore-case":"strasse"}]}', '{"a":"straße"}', false],
    ['both forms of sigma', '{"a":[{"equals-ignore-case":"Σ"}]}', '{"a":"σ"}', true],
    ['not the final one', '{"a":[{"equals-ignore-case":"Σ"}]}', '{"a":"ς"}', false],
    ['the Kelvin sign stands for k', '{"a":[{"equals-ignore-case":"\u212a"}]}', '{"a":"k"}', true],
    ['k does not stand for the Kelvin sign', '{"a":[{"equals-ignore-case":"k"}]}', '{"a":"\u212a"}', false],
    ['an emoji is two question marks', '{"a":[{"equals-ignore-case":"😀"}]}', '{"a":"??"}', true],
    ['and not itself', '{"a":[{"equals-ignore-case":"😀"}]}', '{"a":"😀"}', false],
    ['prefix without case', '{"a":[{"prefix":{"equals-ignore-case":"ß"}}]}', '{"a":"SSx"}', true],
    ['suffix without case', '{"a":[{"suffix":{"equals-ignore-case":".pNg"}}]}', '{"a":"x.PnG"}', true],
    ['suffix without case and with a quote', '{"a":[{"suffix":{"equals-ignore-case":"\\"aB"}}]}', '{"a":"Ab"}', true],
  ]);
});

describe('wildcards', () => {
  check([
    ['stars take nothing too', '{"a":[{"wildcard":"*a*b*"}]}', '{"a":"ab"}', true],
    ['parts may not overlap', '{"a":[{"wildcard":"ab*ba"}]}', '{"a":"aba"}', false],
    ['the leftmost place may not be the last', '{"a":[{"wildcard":"*aab*"}]}', '{"a":"aaaab"}', true],
    ['order counts', '{"a":[{"wildcard":"*b*a*"}]}', '{"a":"ab"}', false],
    ['an escaped backslash', '{"a":[{"wildcard":"a\\\\\\\\*"}]}', '{"a":"a\\\\b"}', true],
    ['an escaped star beside a star', '{"a":[{"wildcard":"\\\\**"}]}', '{"a":"*b"}', true],
    ['only strings', '{"a":[{"wildcard":"*"}]}', '{"a":1}', false],
  ]);
});

describe('anything-but', () => {
  check([
    ['null is anything but a string', '{"a":[{"anything-but":"null"}]}', '{"a":null}', true],
    ['an absent field is not', '{"a":[{"anything-but":"x"}]}', '{"b":1}', false],
    ['one element of a list is enough', '{"a":[{"anything-but":{"prefix":["x","y"]}}]}', '{"a":["x1","z"]}', true],
    ['a number is anything but a suffix', '{"a":[{"anything-but":{"suffix":"5"}}]}', '{"a":5}', true],
    ['it is or-ed with its neighbours', '{"a":["x",{"anything-but":["x","y"]}]}', '{"a":"x"}', true],
    [
      'an empty list is let through after another entry',
      '{"a":["x",{"anything-but":{"prefix":[]}}]}',
      '{"a":"x"}',
      true,
    ],
    ['and matches nothing', '{"a":["x",{"anything-but":{"prefix":[]}}]}', '{"a":"y"}', false],
  ]);
});

describe('addresses', () => {
  check([
    ['a plain string that is one matches its spellings', '{"a":["2001:db8::1"]}', '{"a":"2001:0DB8:0::1"}', true],
    ['leading zeros are decimal', '{"a":["10.0.0.5"]}', '{"a":"010.0.0.05"}', true],
    ['what only looks like one is a string', '{"a":["999.1.1.1"]}', '{"a":"999.1.1.1"}', true],
    ['a mapped address is its IPv4 address', '{"a":[{"cidr":"10.0.0.0/8"}]}', '{"a":"::ffff:a00:5"}', true],
    ['the range is cut to its fixed bits', '{"a":[{"cidr":"10.0.0.77/24"}]}', '{"a":"10.0.0.1"}', true],
    ['an IPv6 address is seen by its first digits', '{"a":[{"cidr":"32.1.13.0/24"}]}', '{"a":"2001:db8::1"}', true],
    ['an IPv4 address lies within an IPv6 range by its digits', '{"a":[{"cidr":"::/0"}]}', '{"a":"1.2.3.4"}', true],
    ['unless they end undecided', '{"a":[{"cidr":"::/0"}]}', '{"a":"0.0.0.0"}', false],
    ['so is the text of a number', '{"a":[{"cidr":"16.0.0.0/8"}]}', '{"a":105}', true],
    ['but not where numbers are compared', '{"a":[{"cidr":"16.0.0.0/8"},7]}', '{"a":105}', false],
  ]);
});

describe('paths', () => {
  check([
    ['a dotted key and nested keys are one', '{"a":{"b":{"c":["x"]}}}', '{"a.b":{"c":"x"}}', true],
    ['the last list of a path wins', '{"a":{"b":["x"]},"a.b":["y"]}', '{"a":{"b":"x"}}', false],
    ['also of a repeated key', '{"a":["x"],"a":["y"]}', '{"a":"y"}', true],
    ['repeated objects are merged', '{"a":{"b":["x"]},"a":{"c":["y"]}}', '{"a":{"c":"y"}}', false],
    ['an empty key leads nowhere in a pattern', '{"":{"a":["x"]}}', '{"a":"x"}', true],
    ['and somewhere in an event', '{"":{"a":["x"]}}', '{"":{"a":"x"}}', false],
    ['an empty last key is not read', '{"a":{"":["x"]}}', '{"a":{"":"x"}}', false],
    ['a dot in its place is', '{"a":{"":["x"]}}', '{"a.":"x"}', true],
    ['as it is when another field needs empty keys', '{"a":{"":["x"]},"":["y"]}', '{"a":{"":"x"},"":"y"}', true],
    ['__proto__ is a key like others', '{"__proto__":["x"]}', '{"__proto__":"x"}', true],
    ['and constructor no field of every event', '{"constructor":{"name":[{"exists":true}]}}', '{}', false],
  ]);
});

describe('$or', () => {
  check([
    ['a branch replaces the list before it', '{"a":["x"],"$or":[{"a":["y"]},{"b":[1]}]}', '{"a":"y"}', true],
    ['a list after it replaces the branches', '{"$or":[{"a":["y"]},{"b":[1]}],"a":["x"]}', '{"a":"y"}', false],
    ['two multiply', '{"$or":[{"a":[1]},{"b":[1]}],"c":{"$or":[{"d":[1]},{"e":[1]}]}}', '{"b":1,"c":{"e":1}}', true],
    [
      'a branch that overlaps an earlier one is dropped',
      '{"$or":[{"a":["x","y"]},{"a":["y","z"]}]}',
      '{"a":"z"}',
      false,
    ],
    [
      'one that differs in a field is not',
      '{"$or":[{"a":["x"],"b":[1]},{"a":["x","z"],"b":[2]}]}',
      '{"a":"z","b":2}',
      true,
    ],
    ['without objects it names a field', '{"$or":["x"]}', '{"$or":"x"}', true],
    ['operators in it too', '{"$or":[{"prefix":"x"},{"suffix":"y"}]}', '{"$or":"xz"}', true],
    ['as an object it names a step', '{"$or":{"a":["x"]}}', '{"$or":{"a":"x"}}', true],
  ]);
});

describe('arrays and absent fields', () => {
  check([
    ['fields of one element', '{"e":{"f":[1],"g":[2]}}', '{"e":[{"f":1},{"g":2},{"f":1,"g":2}]}', true],
    ['not of two', '{"e":{"f":[1],"g":[2]}}', '{"e":[{"f":1,"g":1},{"f":2,"g":2}]}', false],
    [
      'inner arrays too',
      '{"e":{"f":{"x":[1],"y":[2]}}}',
      '{"e":[{"f":[{"x":1}]},{"f":[{"x":2,"y":2},{"x":1,"y":2}]}]}',
      true,
    ],
    [
      'arrays side by side do not bind each other',
      '{"e":{"x":[1]},"f":{"x":[2]}}',
      '{"e":[{},{"x":1}],"f":[{"x":2}]}',
      true,
    ],
    ['values in a list do not', '{"e":["x"],"f":["y"]}', '{"e":["x","y"],"f":["x","y"]}', true],
    ['nested lists do, from the outside in', '{"e":{"x":[1],"y":[2]}}', '{"e":[[{"x":1},{"y":2}]]}', false],
    [
      'absent is judged by the fields before it',
      '{"e":{"f":["x"],"g":[{"exists":false}]}}',
      '{"e":[{"f":"x"},{"g":1}]}',
      true,
    ],
    ['not by those after it', '{"e":{"f":[{"exists":false}],"g":["x"]}}', '{"e":[{"f":1},{"g":"x"}]}', false],
    [
      'another element may lack it',
      '{"e":{"f":["x"],"g":[{"exists":false}]}}',
      '{"e":[{"f":"x","g":1},{"f":"x"}]}',
      true,
    ],
    [
      'absent or a value',
      '{"e":{"f":["x"],"g":[{"exists":false},1]}}',
      '{"e":[{"f":"x","g":2},{"f":"x","g":1}]}',
      true,
    ],
    ['an object is no leaf', '{"e":[{"exists":false}]}', '{"e":{"f":1}}', true],
    ['an empty list has none', '{"e":[{"exists":false}]}', '{"e":[]}', true],
    ['a list with an object only has none', '{"e":[{"exists":false}]}', '{"e":[{"f":1}]}', true],
    [
      'two arrays of one path, by a dotted key',
      '{"a":{"b":{"x":[1],"y":[2]}}}',
      '{"a":{"b":[{"x":1}]},"a.b":[{"y":2}]}',
      true,
    ],
    [
      'which also hide what is absent',
      '{"a":{"b":{"x":[1],"y":[{"exists":false}]}}}',
      '{"a":{"b":[{"x":1}]},"a.b":[{"y":2}]}',
      false,
    ],
  ]);
});

describe('what is no JSON object', () => {
  it.each([[[]], ['text'], [null], [undefined], [5]])('%j matches no pattern', (event) => {
    const pattern = parsePattern('{"a":[{"exists":false}]}');
    const index = new PatternIndex<string>();
    index.add(pattern, 'target');

    expect(matches(pattern, event)).toBe(false);
    expect(index.match(event).size).toBe(0);
  });
});
