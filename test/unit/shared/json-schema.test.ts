import { describe, expect, it } from 'vitest';
import { jsonCheck } from '#shared/json-schema.ts';

const of = (schema: object, value: unknown) => jsonCheck(schema as never, 'params')(value);

describe('the problem of a value, in words', () => {
  it.each<[object, unknown, string]>([
    [{ type: 'string' }, 1, 'params must be a string'],
    [{ type: ['integer', 'null'] }, 'x', 'params must be a whole number or null'],
    [{ type: 'boolean' }, 1, 'params must be true or false'],
    [{ enum: ['a', 1, null] }, 'b', 'params must be one of "a", 1, null'],
    [{ const: { a: 1 } }, 1, 'params must be {"a":1}'],
    [{ minimum: 1 }, 0, 'params must be at least 1'],
    [{ maximum: 1 }, 2, 'params must be at most 1'],
    [{ exclusiveMinimum: 0 }, 0, 'params must be greater than 0'],
    [{ exclusiveMaximum: 0 }, 0, 'params must be less than 0'],
    [{ multipleOf: 5 }, 7, 'params must be a multiple of 5'],
    [{ minLength: 1 }, '', 'params must not be empty'],
    [{ minLength: 2 }, '', 'params must have at least 2 characters'],
    [{ maxLength: 1 }, 'ab', 'params must have at most 1 character'],
    [{ pattern: '^a' }, 'b', 'params must match the pattern ^a'],
    [{ format: 'date-time' }, 'x', 'params must be an RFC 3339 time, such as 2026-01-31T09:30:00Z'],
    [{ format: 'json-pointer' }, 'x', 'params must be of the format json-pointer'],
    [{ minItems: 1 }, [], 'params must not be empty'],
    [{ minItems: 2 }, [], 'params must have at least 2 items'],
    [{ maxItems: 1 }, [1, 2], 'params must have at most 1 item'],
    [{ uniqueItems: true }, [1, 1], 'params must not have equal items'],
    [{ contains: { const: 1 } }, [2], 'params must contain an item that fits its schema'],
    [{ minProperties: 1 }, {}, 'params must have at least 1 member'],
    [{ maxProperties: 0 }, { a: 1 }, 'params must have at most 0 members'],
    [{ required: ['a/b "c"'] }, {}, 'a/b "c" is missing'],
    [{ not: { const: 1 } }, 1, 'params must not have this value'],
    [
      { properties: { a: { properties: { 'b/c d': { items: { type: 'null' } } } } } },
      { a: { 'b/c d': [null, 1] } },
      'a/b/c d/1 must be null',
    ],
    [{ additionalProperties: false, properties: { a: {} } }, { a: 1, b: 1 }, 'b is not allowed'],
    [{ unevaluatedProperties: false, properties: { a: {} } }, { a: 1, b: 1 }, 'b is not allowed'],
    [
      { $ref: '#/$defs/a', $defs: { a: { properties: { n: { $ref: '#/$defs/n' } } }, n: { minimum: 3 } } },
      { n: 1 },
      'n must be at least 3',
    ],
    [{ allOf: [{ minimum: 3 }, { multipleOf: 2 }] }, 1, 'params must be at least 3; params must be a multiple of 2'],
    [{ if: { maximum: 0 }, else: { maximum: 5 } }, 7, 'params must be at most 5'],
    [{ dependentRequired: { a: ['b'] } }, { a: 1 }, 'b is missing'],
    [{ anyOf: [{ type: 'string' }, { type: 'null' }] }, 1, 'params must be a string or null'],
    [{ oneOf: [{ const: 1 }, { enum: [2, 3] }] }, 4, 'params must be 1 or one of 2, 3'],
    [{ anyOf: [{ type: 'string' }, { type: 'object', required: ['a'] }] }, {}, 'a is missing'],
    [{ oneOf: [{ required: ['a', 'b'] }, { required: ['c'] }] }, {}, 'c is missing'],
    [{ oneOf: [{ minimum: 0 }, { maximum: 9 }] }, 5, 'params must fit only one of its alternatives'],
    [
      {
        properties: { a: { type: 'string' }, b: { exclusiveMinimum: 0 } },
        required: ['c'],
        additionalProperties: false,
      },
      { a: 1, b: 0, d: 1 },
      'c is missing; a must be a string; b must be greater than 0; d is not allowed',
    ],
  ])('%j with %j: %s', (schema, value, words) => {
    expect(of(schema, value)).toBe(words);
  });

  it('names ten problems and counts the others', () => {
    const names = Array.from({ length: 13 }, (_, index) => `n${index}`);
    expect(of({ required: names }, {})).toMatch(/^n0 is missing; .*; n9 is missing; and 3 more$/);
  });

  it('names the first problem of a large value', () => {
    expect(of({ items: { type: 'string' } }, Array(100_000).fill(1))).toBe('0 must be a string');
  });

  it('leaves the schema as it is', () => {
    const schema = { $ref: '#/$defs/a', $defs: { a: { type: 'string' } } };
    const before = structuredClone(schema);
    of(schema, 1);
    expect(schema).toEqual(before);
  });
});
