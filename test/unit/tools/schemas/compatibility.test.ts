import { cpSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { head, type Json, makeProject, order } from '#test/support/schema-project.ts';
import { check } from '#tools/schemas/check.ts';
import { generate } from '#tools/schemas/generate.ts';
import { checkChange, choice, file, nested, releasedFile, string, tree, type Versions } from './changes.ts';

describe('a compatible change passes', () => {
  test.each<[string, Versions]>([
    ['none', { before: order(), after: order() }],
    ['an optional property more', { before: order(), after: order({ more: string }) }],
    ['an optional property more, deeper down', { before: nested({}), after: nested({ more: string }) }],
    [
      'an optional object with required properties',
      { before: order(), after: nested({ more: string }, { required: ['more'] }) },
    ],
    [
      'another description and title',
      { before: order(), after: order({ note: { ...string, description: 'Other.' } }, { title: 'Other' }) },
    ],
    ['a property that is deprecated', { before: order(), after: order({ note: { ...string, deprecated: true } }) }],
    ['the order of properties', { before: order(), after: reversed(order()) }],
    [
      'a schema that moved to $defs',
      { before: order({ a: string }), after: order({ a: { $ref: '#/$defs/A' } }, { $defs: { A: string } }) },
    ],
    [
      'the order of alternatives',
      { before: choice('oneOf', 'Circle', 'Square'), after: choice('oneOf', 'Square', 'Circle') },
    ],
    [
      '"additionalProperties": true written out',
      { before: nested({}), after: nested({}, { additionalProperties: true }) },
    ],
    ['a recursive definition that stays', { before: tree(string), after: tree(string) }],
  ])('%s', async (_, versions) => {
    expect(await checkChange(versions)).toBe(
      '1 event: generated files are up to date, and the contracts of 1 event hold.',
    );
  });
});

test('the removal of a released event', async () => {
  const project = makeProject({ [releasedFile]: order() });
  await generate(project);
  await expect(check(project)).rejects.toThrow(
    `${file}\n  In OrderPlaced.v1 of acme.orders: the schema of a released event was removed.`,
  );
});

describe('a change of a shared definition', () => {
  const common = 'common/money.v1.json';
  const money = (maximum: number) => ({
    ...head(common),
    $defs: {
      Money: {
        type: 'object',
        description: 'Money.',
        properties: { cents: { type: 'integer', description: 'Cents.', maximum } },
      },
    },
  });
  const price = { price: { $ref: `../${common}#/$defs/Money` } };
  const other = 'acme.shop/Refund.v1.json';
  const files = (maximum: number) => ({
    [`schemas/${common}`]: money(maximum),
    [file]: order(price),
    [`schemas/${other}`]: { ...order(price), ...head(other) },
  });

  test('is told once, with every event that it reaches', async () => {
    const changed = makeProject(files(200));
    cpSync(makeProject(files(100)).schemas, changed.released, { recursive: true });
    await generate(changed);

    const message = await check(changed).catch((error: Error) => error.message);

    expect(message).toContain(`schemas/${common}#/$defs/Money/properties/cents/maximum\n`);
    expect(message).toContain('In OrderPlaced.v1 of acme.orders, Refund.v1 of acme.shop: maximum was 100 and is 200.');
    expect(message.match(/Why it breaks/g)).toHaveLength(1);
  });
});

function reversed(schema: Json): Json {
  return { ...schema, properties: Object.fromEntries(Object.entries(schema.properties as Json).reverse()) };
}
