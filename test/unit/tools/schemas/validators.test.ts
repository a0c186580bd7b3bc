import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DetailType, type EventSources, schemaFor } from '#shared/events/catalog.ts';
import { eventTable } from '#shared/generated/catalog.ts';
import { loadSchemas } from '#shared/schemas/load.ts';
import { eventsOf, resolve, rootOf } from '#shared/schemas/schema.ts';
import { events } from '#test/support/schema-arbitraries.ts';
import { type MutationKind, mutationsOf } from '#test/support/schema-mutations.ts';

const root = join(import.meta.dirname, '../../../..');
const set = loadSchemas(join(root, 'schemas'), 'schemas');
const names = Object.keys(events) as DetailType[];
const sources: { [Name in DetailType]: EventSources[Name] } = {
  'TaskRequested.v1': 'starling.tasks',
  'TaskStatusChanged.v1': 'starling.agents',
  'TaskArtifact.v1': 'starling.agents',
  'TaskCancelRequested.v1': 'starling.tasks',
  'TaskAttemptFailed.v1': 'starling.agents',
  'AgentRegistered.v1': 'starling.registry',
  'AgentUpdated.v1': 'starling.registry',
  'AgentDeregistered.v1': 'starling.registry',
};

function contractOf(name: DetailType) {
  const schema = schemaFor(sources[name], name);
  const file = set.files.get(`${sources[name]}/${name}.json`);
  if (schema === undefined || file === undefined) throw new Error(`no schema of ${name}`);
  return { validate: schema.validate, at: resolve(set, rootOf(file)) };
}

describe.each(names)('%s', (name) => {
  const { validate, at } = contractOf(name);
  const data: fc.Arbitrary<unknown> = events[name];

  test('every value of its type is valid', () => {
    fc.assert(
      fc.property(data, (value) => {
        expect(validate(value)).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });

  test('a field that the schema does not know is ignored', () => {
    fc.assert(
      fc.property(data, fc.jsonValue(), (value, extra) => {
        expect(validate({ ...(value as object), aFieldOfLaterDays: extra })).toBeUndefined();
      }),
    );
  });

  test('every single mistake in a valid value is found', () => {
    const kinds = new Set<MutationKind>();
    fc.assert(
      fc.property(data, (value) => {
        for (const mutation of mutationsOf(set, at, value)) {
          kinds.add(mutation.kind);
          const where = `${mutation.kind} of ${mutation.path.join('/')}`;
          expect(validate(mutation.value) ?? `accepted the wrong ${where}`, where).toMatch(/^data\S* m/);
        }
      }),
    );
    expect(kinds).toContain('required');
    expect(kinds).toContain('type');
    expect(kinds).toContain('pattern');
    expect(kinds.has('range')).toBe(name.startsWith('Task'));
    expect(kinds.has('enum')).toBe(name === 'TaskRequested.v1' || name === 'TaskStatusChanged.v1');
  });

  test.each([[undefined], [null], [[]], ['text'], [1], [{}]])('%j is no data of it', (value) => {
    expect(validate(value)).toMatch(/^data must /);
  });
});

test('the table has exactly the events of schemas/', () => {
  const inTable = Object.entries(eventTable).flatMap(([source, of]) =>
    Object.keys(of).map((name) => `${source}/${name}`),
  );
  expect(inTable.sort()).toEqual(eventsOf(set).map(({ source, detailType }) => `${source}/${detailType}`));
});

test('the validators need nothing at run time', () => {
  const code = readFileSync(join(root, 'shared/generated/validators.js'), 'utf8');
  expect(code).not.toMatch(/^[^"'`]*\brequire\(|^import |\beval\(|new Function/m);
});
