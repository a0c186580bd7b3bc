import { describe, expect, test } from 'vitest';
import { type Json, order } from '#test/support/schema-project.ts';
import { checkChange, choice, file, map, nested, releasedFile, string, tree, type Versions } from './changes.ts';

const widened = 'Consumers built on the released schema may get data that it does not allow.';
const narrowed =
  'Events in queues and archives, and from producers built on the released schema, may not be valid any more.';
const both =
  'Consumers built on the released schema may get data that it does not allow, and events written under it may not be valid any more.';

describe('an incompatible change fails, with its place, what it is and why', () => {
  const count = (bounds: Json) =>
    order({ count: { type: 'integer', description: 'How many.', minimum: 1, maximum: 10, ...bounds } });
  const id = (rest: Json) => order({ id: { type: 'string', description: 'The id.', maxLength: 40, ...rest } });
  const color = (...values: string[]) => order({ color: { type: 'string', description: 'The color.', enum: values } });
  const tags = (rest: Json) =>
    order({
      tags: {
        type: 'array',
        description: 'Keywords.',
        items: { type: 'string', maxLength: 20 },
        minItems: 1,
        maxItems: 5,
        ...rest,
      },
    });
  const a = (schema: Json) => order({ a: { description: 'A.', ...schema } }, { required: ['id', 'count', 'a'] });

  test.each<[Versions, string, string, string]>([
    [
      { before: order(), after: order({ id: undefined }, { required: ['count'] }) },
      `${releasedFile}#/properties/id`,
      'the required property "id" was removed',
      widened,
    ],
    [
      { before: order(), after: order({ note: undefined }) },
      `${releasedFile}#/properties/note`,
      'the optional property "note" was removed',
      widened,
    ],
    [
      { before: order(), after: order({}, { required: ['id'] }) },
      `${file}#/properties/count`,
      '"count" was required and is optional',
      widened,
    ],
    [
      { before: order(), after: order({}, { required: ['id', 'count', 'note'] }) },
      `${file}#/properties/note`,
      '"note" was optional and is required',
      narrowed,
    ],
    [
      { before: order(), after: order({ more: string }, { required: ['id', 'count', 'more'] }) },
      `${file}#/properties/more`,
      'the required property "more" was added',
      narrowed,
    ],
    [
      {
        before: order({}, { additionalProperties: false }),
        after: order({ more: string }, { additionalProperties: false }),
      },
      `${file}#/properties/more`,
      'the property "more" was added to an object that was closed',
      widened,
    ],
    [
      { before: order(), after: order({}, { additionalProperties: false }) },
      `${file}#/additionalProperties`,
      'additionalProperties allowed anything and allows nothing',
      narrowed,
    ],
    [
      { before: order({}, { additionalProperties: false }), after: order() },
      file,
      'additionalProperties allowed nothing and allows anything',
      widened,
    ],
    [
      { before: map(true), after: map({ type: 'string' }) },
      `${file}#/properties/map/additionalProperties`,
      'allowed anything and allows what a schema says',
      narrowed,
    ],
    [
      { before: map({ type: 'string' }), after: map({ type: 'integer' }) },
      `${file}#/properties/map/additionalProperties`,
      'the type was string and is integer',
      both,
    ],
    [
      { before: a({ type: 'string' }), after: a({ type: 'integer' }) },
      `${file}#/properties/a`,
      'the type was string and is integer',
      both,
    ],
    [
      { before: a({ type: 'integer' }), after: a({ type: 'number' }) },
      `${file}#/properties/a`,
      'the type was integer and is number',
      widened,
    ],
    [
      { before: a({ type: 'number' }), after: a({ type: 'integer' }) },
      `${file}#/properties/a`,
      'the type was number and is integer',
      narrowed,
    ],
    [
      { before: a({ type: 'string' }), after: a({}) },
      `${file}#/properties/a`,
      'the type was string and is any value',
      widened,
    ],
    [
      { before: a({}), after: a({ type: 'string' }) },
      `${file}#/properties/a`,
      'the type was any value and is string',
      narrowed,
    ],
    [
      { before: order(), after: color('red', 'blue', 'green') },
      `${file}#/properties/color/enum`,
      'the value green was added',
      widened,
    ],
    [
      { before: order(), after: color('red') },
      `${file}#/properties/color/enum`,
      'the value blue was removed',
      narrowed,
    ],
    [{ before: order(), after: order({ color: string }) }, `${file}#/properties/color`, 'the enum is gone', widened],
    [
      { before: order({ color: string }), after: order() },
      `${file}#/properties/color/enum`,
      'an enum was added',
      narrowed,
    ],
    [
      { before: order(), after: count({ maximum: 20 }) },
      `${file}#/properties/count/maximum`,
      'maximum was 10 and is 20',
      widened,
    ],
    [
      { before: order(), after: count({ maximum: 9 }) },
      `${file}#/properties/count/maximum`,
      'maximum was 10 and is 9',
      narrowed,
    ],
    [
      { before: order(), after: count({ minimum: 0 }) },
      `${file}#/properties/count/minimum`,
      'minimum was 1 and is 0',
      widened,
    ],
    [
      { before: order(), after: count({ minimum: 2 }) },
      `${file}#/properties/count/minimum`,
      'minimum was 1 and is 2',
      narrowed,
    ],
    [
      { before: order(), after: id({ maxLength: undefined }) },
      `${file}#/properties/id`,
      'maxLength was 40 and is not set',
      widened,
    ],
    [
      { before: order(), after: id({ minLength: 1 }) },
      `${file}#/properties/id/minLength`,
      'minLength was not set and is 1',
      narrowed,
    ],
    [
      { before: order(), after: id({ pattern: '^a' }) },
      `${file}#/properties/id/pattern`,
      'pattern was not set and is ^a',
      narrowed,
    ],
    [
      { before: id({ pattern: '^a' }), after: order() },
      `${file}#/properties/id`,
      'pattern was ^a and is not set',
      widened,
    ],
    [
      { before: id({ pattern: '^a' }), after: id({ pattern: '^b' }) },
      `${file}#/properties/id/pattern`,
      'pattern was ^a and is ^b',
      both,
    ],
    [
      { before: order(), after: id({ format: 'date-time' }) },
      `${file}#/properties/id/format`,
      'format was not set and is date-time',
      narrowed,
    ],
    [
      { before: order(), after: tags({ maxItems: 6 }) },
      `${file}#/properties/tags/maxItems`,
      'maxItems was 5 and is 6',
      widened,
    ],
    [
      { before: order(), after: tags({ minItems: 2 }) },
      `${file}#/properties/tags/minItems`,
      'minItems was 1 and is 2',
      narrowed,
    ],
    [
      { before: order(), after: tags({ items: { type: 'string', maxLength: 30 } }) },
      `${file}#/properties/tags/items/maxLength`,
      'maxLength was 20 and is 30',
      widened,
    ],
    [
      { before: choice('oneOf', 'Circle', 'Square'), after: choice('oneOf', 'Circle', 'Square', 'Star') },
      `${file}#/properties/shape/oneOf/2`,
      'the alternative #/$defs/Star was added',
      widened,
    ],
    [
      { before: choice('oneOf', 'Circle', 'Square'), after: choice('oneOf', 'Circle') },
      `${releasedFile}#/properties/shape/oneOf/1`,
      'the alternative #/$defs/Square was removed',
      narrowed,
    ],
    [
      { before: choice('oneOf', 'Circle', 'Square'), after: choice('anyOf', 'Circle', 'Square') },
      `${file}#/properties/shape`,
      'the type was oneOf and is anyOf',
      widened,
    ],
    [
      { before: nested({ b: string }), after: nested({ b: string }, { required: ['b'] }) },
      `${file}#/properties/inner/properties/b`,
      '"b" was optional and is required',
      narrowed,
    ],
    [
      { before: tree(string), after: tree({ ...string, maxLength: 3 }) },
      `${file}#/$defs/Tree/properties/leaf/maxLength`,
      'maxLength was not set and is 3',
      narrowed,
    ],
  ])('%#: $1 $2', async (versions, where, what, why) => {
    const message = await checkChange(versions);
    expect(message.startsWith(`${where}\n  In OrderPlaced.v1 of acme.orders: `)).toBe(true);
    expect(message).toContain(what);
    expect(message).toContain(`Why it breaks: ${why}\n`);
    expect(message).toContain('make it a new event, OrderPlaced.v2, with an upcaster from the old.');
    expect(message.match(/^ {2}In /gm)).toHaveLength(1);
  });
});
