import { expect, test } from 'vitest';
import { openApiSchemas } from '#deployment/plugin/schemas/openapi.ts';
import { toOpenApi } from '#deployment/plugin/schemas/openapi-schema.ts';
import { keywords } from '#shared/schemas/keywords.ts';
import { head, type Json, makeProject, order, orderPath } from '#test/support/schema-project.ts';
import { type Document, validatorOf } from './openapi-document.ts';

const schemasOf = (properties: Json, changes: Json = {}) => {
  const project = makeProject({ [`schemas/${orderPath}`]: order(properties, changes) });
  const [schema] = openApiSchemas(project.schemas);
  return (JSON.parse(schema?.content ?? '{}') as Document).components.schemas;
};
const described = (more: Json) => ({ description: 'It.', ...more });

test.each<[string, Json, Json]>([
  ['one example', { type: 'string', examples: ['a'] }, { type: 'string', example: 'a' }],
  [
    'further examples, kept as an extension',
    { type: 'string', examples: ['a', 'b'] },
    { type: 'string', example: 'a', 'x-examples': ['a', 'b'] },
  ],
  ['no example', { type: 'string', examples: [] }, { type: 'string' }],
  ['a comment', { type: 'string', $comment: 'Why.' }, { type: 'string', 'x-comment': 'Why.' }],
  ['deprecation', { type: 'string', deprecated: true }, { type: 'string', deprecated: true }],
  [
    'nested objects',
    { type: 'object', properties: { a: described({ type: 'number' }) }, required: [] },
    { type: 'object', properties: { a: described({ type: 'number' }) } },
  ],
  [
    'maps',
    { type: 'object', additionalProperties: { type: 'integer', examples: [1] } },
    { type: 'object', additionalProperties: { type: 'integer', example: 1 } },
  ],
  ['any value', {}, {}],
])('%s', (_, from, to) => {
  const { it } = (schemasOf({ it: described(from) }, { required: ['it'] }).OrderPlacedV1?.properties ?? {}) as Json;
  expect(it).toEqual(described(to));
});

test('a reference with a description beside it', () => {
  const schemas = schemasOf(
    {
      plain: { $ref: '#/$defs/Price' },
      told: { $ref: '#/$defs/Price', description: 'Before tax.' },
      code: { $ref: '#/$defs/Code', description: 'Of the shop.' },
      choice: { description: 'One of them.', oneOf: [{ $ref: '#/$defs/Price' }, { $ref: '#/$defs/Point' }] },
    },
    {
      $defs: {
        Price: {
          type: 'object',
          description: 'A price.',
          properties: { cents: described({ type: 'integer' }) },
          required: ['cents'],
        },
        Point: { type: 'object', description: 'A point.', properties: { x: described({ type: 'number' }) } },
        Code: { type: 'string', description: 'A code.', maxLength: 8 },
      },
    },
  );
  expect(schemas.OrderPlacedV1?.properties).toMatchObject({
    plain: { $ref: '#/components/schemas/Price' },
    told: { allOf: [{ $ref: '#/components/schemas/Price' }], description: 'Before tax.' },
    code: { type: 'string', description: 'Of the shop.', maxLength: 8 },
    choice: { oneOf: [{ $ref: '#/components/schemas/Price' }, { $ref: '#/components/schemas/Point' }] },
  });
  expect(Object.keys(schemas)).toEqual(['AWSEvent', 'CloudEvent', 'OrderPlacedV1', 'Price', 'Point']);
});

test('a type that refers to itself', () => {
  const tree = {
    type: 'object',
    description: 'A tree.',
    properties: { children: described({ type: 'array', items: { $ref: '#/$defs/Tree' } }) },
  };
  const schemas = schemasOf({ tree: { $ref: '#/$defs/Tree' } }, { $defs: { Tree: tree } });
  const isTree = validatorOf({ components: { schemas } }, 'Tree');
  expect(isTree({ children: [{ children: [{}] }] })).toBe(true);
  expect(isTree({ children: [{ children: [7] }] })).toBe(false);
});

test('every keyword of the subset has a form, and another is refused with its place', () => {
  const values: Json = {
    $defs: {},
    properties: {},
    items: {},
    oneOf: [],
    anyOf: [],
    examples: [],
    required: [],
  };
  const empty = { folder: 'schemas', files: new Map() };
  const convert = (schema: Json) => toOpenApi(empty, new Map(), { path: 'a.json', pointer: '', schema }, () => {});
  // References have tests of their own.
  for (const keyword of [...keywords].filter((name) => name !== '$ref')) {
    expect(() => convert({ [keyword]: keyword in values ? values[keyword] : 1 }), keyword).not.toThrow();
  }
  expect(() => convert({ propertyNames: {} })).toThrow('schemas/a.json#/propertyNames');
});

test('a description that is too long for the registry is cut there, and whole in the document', () => {
  const description = 'Something happened. '.repeat(20);
  const [schema] = openApiSchemas(makeProject({ [`schemas/${orderPath}`]: order({}, { description }) }).schemas);
  expect(schema?.description).toHaveLength(256);
  expect(schema?.description).toMatch(/Something happened\. Something.*…$/);
  expect(JSON.parse(schema?.content ?? '{}').info.description).toBe(description);
});

test('a schema that is too large for the registry is refused', () => {
  const properties = { note: { type: 'string', description: 'For people. '.repeat(9000) } };
  const project = makeProject({ [`schemas/${orderPath}`]: order(properties) });
  expect(() => openApiSchemas(project.schemas)).toThrow(/OrderPlaced\.v1\.json\n.*takes 100000/);
});

test('a definition may not take the name of the envelope', () => {
  const AWSEvent = { type: 'object', description: 'It.', properties: { a: described({ type: 'string' }) } };
  const project = makeProject({
    [`schemas/${orderPath}`]: order({ it: { $ref: '#/$defs/AWSEvent' } }, { $defs: { AWSEvent } }),
    'schemas/acme.orders/OrderSent.v12.json': {
      ...head('acme.orders/OrderSent.v12.json'),
      $ref: 'OrderPlaced.v1.json',
    },
  });
  expect(() => openApiSchemas(project.schemas)).toThrow(/defs\/AWSEvent\n.*rename/);
});

test('an event that shares a contract says what it is itself', () => {
  const project = makeProject({
    [`schemas/${orderPath}`]: order(),
    'schemas/acme.orders/OrderSent.v12.json': {
      ...head('acme.orders/OrderSent.v12.json'),
      description: 'Its own.',
      $ref: 'OrderPlaced.v1.json',
    },
  });
  const sent = openApiSchemas(project.schemas).find(({ name }) => name === 'acme.orders@OrderSent.v12');
  const { info, components } = JSON.parse(sent?.content ?? '{}') as Document;
  expect(info).toMatchObject({ version: '12.0.0', title: 'OrderSent.v12' });
  expect(components.schemas.CloudEvent?.properties).toMatchObject({
    data: { allOf: [{ $ref: '#/components/schemas/OrderPlacedV1' }], description: 'Its own.' },
  });
});
