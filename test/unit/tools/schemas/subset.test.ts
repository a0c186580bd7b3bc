import { describe, expect, test } from 'vitest';
import { messageOf } from '#shared/errors.ts';
import { loadSchemas } from '#shared/schemas/load.ts';
import { head, type Json, makeProject, order, orderPath } from '#test/support/schema-project.ts';
import { generate } from '#tools/schemas/generate.ts';

const file = `schemas/${orderPath}`;

function refusal(files: Record<string, string | Json>): string {
  const project = makeProject(files);
  try {
    loadSchemas(project.schemas, 'schemas');
  } catch (error) {
    return messageOf(error);
  }
  return 'accepted';
}

const described = { description: 'A property.' };

describe('a keyword outside the subset is refused, with its place and what to do', () => {
  test.each<[string, Json, string]>([
    [
      'prefixItems',
      { type: 'array', prefixItems: [{ type: 'string' }], items: { type: 'string' } },
      'one `items` for all',
    ],
    ['not', { type: 'string', not: { enum: ['x'] } }, 'an enum, or oneOf named definitions'],
    ['if', { type: 'string', if: { maxLength: 3 } }, 'use oneOf named definitions'],
    [
      'allOf',
      { type: 'object', additionalProperties: true, allOf: [{ type: 'object' }] },
      'share those that repeat through $defs',
    ],
    ['const', { type: 'string', const: 'a' }, 'an enum of one value'],
    ['default', { type: 'string', default: 'a' }, 'what an absent value means'],
    [
      'patternProperties',
      { type: 'object', patternProperties: { '^a': { type: 'string' } } },
      'additionalProperties with a schema',
    ],
    [
      'unevaluatedProperties',
      { type: 'object', additionalProperties: true, unevaluatedProperties: false },
      'unknown fields are ignored',
    ],
    ['dependentRequired', { type: 'object', additionalProperties: true, dependentRequired: { a: ['b'] } }, 'use oneOf'],
    ['$dynamicRef', { $dynamicRef: '#x' }, 'use $ref to #/$defs/Name'],
    ['exclusiveMinimum', { type: 'integer', exclusiveMinimum: 0 }, 'use minimum'],
    ['maxLenght', { type: 'string', maxLenght: 3 }, 'correct its spelling'],
  ])('%s', (keyword, schema, advice) => {
    const message = refusal({ [file]: order({ bad: { ...described, ...schema } }) });
    expect(message).toContain(`${file}#/properties/bad/${keyword}\n  "${keyword}" is outside the subset`);
    expect(message).toContain(advice);
  });
});

describe('an allowed keyword in a way that generators disagree on is refused', () => {
  test.each<[string, Json, string, string]>([
    ['a union with null', { type: ['string', 'null'] }, '/type', 'leave an optional property out'],
    ['null', { type: 'null' }, '/type', 'leave an optional property out'],
    ['bounds without a type', { minimum: 3 }, '', 'Say the type'],
    ['a constraint beside $ref', { $ref: '#/$defs/Thing', type: 'object' }, '', 'Beside $ref'],
    ['an object of nothing', { type: 'object' }, '', 'List its properties'],
    ['an array of nothing', { type: 'array' }, '/items', 'Say what the array holds'],
    ['an enum of numbers', { type: 'integer', enum: [1, 2] }, '/enum', 'An enum is of strings'],
    ['another format', { type: 'string', format: 'uri' }, '/format', 'use a pattern'],
    ['lookahead', { type: 'string', pattern: '^(?!x)' }, '/pattern', 'every regular expression engine'],
    [
      'a character class that is Unicode in some engines',
      { type: 'string', pattern: '^\\d+$' },
      '/pattern',
      'every regular expression engine',
    ],
    [
      'requiring what is not described',
      { type: 'object', properties: {}, required: ['x'] },
      '/required',
      'has to be described',
    ],
    ['an end of comment', { type: 'string', description: '*/ evil()' }, '/description', 'may not contain */'],
    ['alternatives without a name', { oneOf: [{ type: 'string' }] }, '/oneOf/0', 'a $ref to an object in $defs'],
    ['a remote reference', { $ref: 'https://example.com/x.json' }, '/$ref', 'leads nowhere: use a relative path'],
    ['a reference to no file', { $ref: '../common/other.v1.json#/$defs/Thing' }, '/$ref', 'leads nowhere'],
    ['a reference to no definition', { $ref: '#/$defs/Nothing' }, '/$ref', 'leads nowhere'],
    ['a reference into the middle of a schema', { $ref: '#/properties/id' }, '/$ref', 'leads nowhere'],
  ])('%s', (_, schema, pointer, advice) => {
    const thing = { Thing: { type: 'object', description: 'A thing.', additionalProperties: true } };
    const message = refusal({ [file]: order({ bad: { ...described, ...schema } }, { $defs: thing }) });
    expect(message).toContain(`${file}#/properties/bad${pointer}\n`);
    expect(message).toContain(advice);
  });

  test('a property without a description', () => {
    expect(refusal({ [file]: order({ bad: { type: 'string' } }) })).toContain(
      `${file}#/properties/bad\n  Give it a description`,
    );
  });

  test.each(['a b', 'a,b', 'a"b', 'a\\b', 'a`b', "a'b", 'größe', '名', '-', '__', '', 'a\nb', 'a/b', 'a😀'])(
    'the name of a property that not every language can carry: %s',
    (name) => {
      const message = refusal({ [file]: order({ [name]: { type: 'string', ...described } }) });
      expect(message).toContain(`The property ${JSON.stringify(name)} needs another name: Go, Java and Python`);
    },
  );

  test('the name that JavaScript takes for the prototype', () => {
    const schema = JSON.stringify(order({ proto: { type: 'string', ...described } })).replace('"proto"', '"__proto__"');
    expect(refusal({ [file]: schema })).toContain('The property __proto__ needs another name');
  });

  test.each([
    ['a-b', 'a_b'],
    ['taskId', 'task_id'],
    ['id', '$id'],
    ['a1', 'A1'],
  ])('the names %s and %s beside each other', (first, second) => {
    const text = { type: 'string', ...described };
    expect(refusal({ [file]: order({ id: undefined, [first]: text, [second]: text }, { required: [] }) })).toContain(
      `${file}#/properties/${second}\n  The properties "${first}" and "${second}" become one name`,
    );
  });

  test('an optional property that may be null', () => {
    const any = { Any: described };
    for (const bad of [described, { $ref: '#/$defs/Any' }]) {
      const problem = `${file}#/properties/bad\n  The property "bad" takes any value, also null`;
      expect(refusal({ [file]: order({ bad }, { $defs: any }) })).toContain(problem);
      expect(refusal({ [file]: order({ bad }, { $defs: any, required: ['id', 'bad'] }) })).toBe('accepted');
    }
  });

  test('a schema that is true or false', () => {
    expect(refusal({ [file]: order({ bad: true }) })).toContain(
      `${file}#/properties/bad\n  Write a schema instead of true`,
    );
  });

  test('a definition that refers to itself and nothing else', () => {
    const files = {
      [file]: order({ bad: { ...described, $ref: '#/$defs/Loop' } }, { $defs: { Loop: { $ref: '#/$defs/Loop' } } }),
    };
    expect(refusal(files)).toContain(`${file}#/$defs/Loop/$ref\n  #/$defs/Loop leads nowhere`);
  });
});

describe('a file that is not what its place says is refused', () => {
  test.each<[string, Record<string, string | Json>, string, string]>([
    ['what is no JSON', { [file]: '{\n  "a": 1,\n}' }, file, 'line 3'],
    ['what is no schema', { [file]: [] as unknown as Json }, `${file}#/$schema`, 'Write "$schema"'],
    [
      'another dialect',
      { [file]: order({}, { $schema: 'http://json-schema.org/draft-07/schema#' }) },
      `${file}#/$schema`,
      '2020-12',
    ],
    [
      'a keyword of the wrong type',
      { [file]: order({ bad: { ...described, type: 'string', maxLength: '3' } }) },
      `${file}#/properties/bad/maxLength`,
      'must be integer',
    ],
    [
      'another id',
      { [file]: order({}, { $id: 'https://starling.example/schemas/other.json' }) },
      `${file}#/$id`,
      `Write "$id": "https://starling.example/schemas/${orderPath}"`,
    ],
    [
      'a name without a version',
      { 'schemas/acme.orders/OrderPlaced.json': order() },
      'schemas/acme.orders/OrderPlaced.json',
      'MyEvent.v1.json',
    ],
    [
      'a name in lower case',
      { 'schemas/acme.orders/orderPlaced.v1.json': order() },
      'schemas/acme.orders/orderPlaced.v1.json',
      'MyEvent.v1.json',
    ],
    [
      'an event without a source',
      { 'schemas/OrderPlaced.v1.json': order() },
      'schemas/OrderPlaced.v1.json',
      'my.source/MyEvent.v1.json',
    ],
    ['data that is no object', { [file]: { ...head(orderPath), type: 'string' } }, `${file}#/type`, 'is an object'],
    ['no title', { [file]: order({}, { title: '' }) }, file, 'a title and a description'],
    [
      'a definition in lower case',
      { [file]: order({}, { $defs: { thing: { type: 'string' } } }) },
      `${file}#/$defs/thing`,
      'PascalCase',
    ],
    [
      'a common file that is an event',
      { 'schemas/common/order.v1.json': { ...head('common/order.v1.json'), type: 'object', properties: {} } },
      'schemas/common/order.v1.json',
      'only $defs',
    ],
  ])('%s', (_, files, where, advice) => {
    const message = refusal(files);
    expect(message.startsWith(`${where}\n`)).toBe(true);
    expect(message).toContain(advice);
  });
});

test('what does not compile is told once, where it is', () => {
  const common = {
    ...head('common/thing.v1.json'),
    $defs: { Code: { type: 'string', description: 'A code.', pattern: '[a-' } },
  };
  const code = { $ref: '../common/thing.v1.json#/$defs/Code' };
  const message = refusal({ 'schemas/common/thing.v1.json': common, [file]: order({ code }) });
  expect(message).toMatch(/^schemas\/common\/thing\.v1\.json#\/\$defs\/Code\n {2}It does not compile: .*\[a-/);
  expect(message).not.toContain(file);
});

test('every problem is told, not only the first', () => {
  const message = refusal({ [file]: order({ a: { ...described, const: 1 }, b: { ...described, type: 'array' } }) });
  expect(message).toContain('#/properties/a/const');
  expect(message).toContain('#/properties/b/items');
});

describe('two schemas cannot become one type', () => {
  const definition = { Thing: { type: 'object', description: 'A thing.', properties: {} } };

  test('two definitions of one name', async () => {
    const project = makeProject({
      'schemas/common/a.v1.json': { ...head('common/a.v1.json'), $defs: definition },
      'schemas/common/b.v1.json': { ...head('common/b.v1.json'), $defs: definition },
    });
    await expect(generate(project)).rejects.toThrow(
      'schemas/common/b.v1.json#/$defs/Thing\n  This and schemas/common/a.v1.json#/$defs/Thing would both become the type Thing',
    );
  });

  test('two sources with one detail-type, unless one refers to the other', async () => {
    const other = 'acme.shop/OrderPlaced.v1.json';
    const twice = { [file]: order(), [`schemas/${other}`]: { ...order(), ...head(other) } };
    await expect(generate(makeProject(twice))).rejects.toThrow('would both become the type OrderPlacedV1');
    const shared = {
      [file]: order(),
      [`schemas/${other}`]: { ...head(other), $ref: '../acme.orders/OrderPlaced.v1.json' },
    };
    await expect(generate(makeProject(shared))).resolves.toContain('2 events');
  });

  test('a later major has its number in its name', async () => {
    const project = makeProject({
      'schemas/common/a.v1.json': { ...head('common/a.v1.json'), $defs: definition },
      'schemas/common/a.v2.json': { ...head('common/a.v2.json'), $defs: definition },
    });
    await expect(generate(project)).resolves.toContain('0 events');
  });
});
