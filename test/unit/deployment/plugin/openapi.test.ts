import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Schema, Validator } from '@cfworker/json-schema';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openApiSchemas } from '#deployment/plugin/schemas/openapi.ts';
import { type DetailType, schemaFor } from '#shared/events/catalog.ts';
import { childTraceparent, envelope } from '#shared/events/envelope.ts';
import { loadSchemas } from '#shared/schemas/load.ts';
import { eventsOf, resolve, rootOf } from '#shared/schemas/schema.ts';
import { events } from '#test/support/schema-arbitraries.ts';
import { mutationsOf } from '#test/support/schema-mutations.ts';
import { type Document, validatorOf } from './openapi-document.ts';

const root = join(import.meta.dirname, '../../../..');
const set = loadSchemas(join(root, 'schemas'), 'schemas');
const inRegistry = new Map(openApiSchemas('schemas').map((schema) => [schema.name, schema]));

function documentOf(name: string): Document {
  const schema = inRegistry.get(name);
  if (schema === undefined) throw new Error(`no ${name}`);
  return JSON.parse(schema.content);
}

/** OpenAPI's own schema of version 3.0 documents, https://spec.openapis.org/oas/3.0/schema/2021-09-28 */
const isOpenApi = new Validator(
  JSON.parse(readFileSync(join(root, 'test/fixtures/openapi-3.0.schema.json'), 'utf8')) as Schema,
  '4',
);

test('every event has one, named as the registry names what it discovers', () => {
  const expected = eventsOf(set).map(({ source, detailType }) => `${source}@${detailType}`);
  expect([...inRegistry.keys()]).toEqual(expected);
  expect(expected).toContain('starling.tasks@TaskRequested.v1');
});

describe.each(eventsOf(set))('$source@$detailType', (event) => {
  const { source, detailType } = event;
  const document = documentOf(`${source}@${detailType}`);
  const original = schemaFor(source, detailType);
  if (original === undefined) throw new Error(`no schema of ${detailType}`);
  const isEvent = validatorOf(document, 'AWSEvent');
  const eventOf = (data: unknown) => ({
    version: '0',
    id: '1aa1a4f8-3c0c-4c3e-8a51-2f3b3a1a0b9c',
    'detail-type': detailType,
    source,
    account: '000000000000',
    time: '2026-01-31T09:30:00Z',
    region: 'us-east-1',
    resources: [],
    detail: envelope(data, {
      source,
      type: detailType,
      subject: 'task-1',
      dataschema: original.dataschema,
      now: 1_770_000_000_000,
      correlationId: 'task-1',
      causationId: 'event-1',
      traceparent: childTraceparent(undefined),
    }),
  });
  const data: fc.Arbitrary<unknown> = events[detailType as DetailType];
  const verdicts = (value: unknown) => ({
    original: original.validate(value) === undefined,
    converted: isEvent(eventOf(value)),
  });

  test('is an OpenAPI 3.0 document, within the limits of the registry', () => {
    expect(isOpenApi.validate(document).errors).toEqual([]);
    const { description, content } = inRegistry.get(`${source}@${detailType}`) ?? { description: '', content: '' };
    expect(description.length).toBeGreaterThan(20);
    expect(description.length).toBeLessThanOrEqual(256);
    expect(content.length).toBeLessThanOrEqual(100_000);
    expect(document.info).toMatchObject({ title: detailType, version: '1.0.0' });
    expect(document.components.schemas.AWSEvent).toMatchObject({
      'x-amazon-events-source': source,
      'x-amazon-events-detail-type': detailType,
    });
  });

  test('has what it refers to and nothing else', () => {
    const { schemas } = document.components;
    const text = JSON.stringify(schemas);
    const referred = [...text.matchAll(/"#\/components\/schemas\/([^"]*)"/g)].map(([, name]) => name);
    expect(new Set(['AWSEvent', ...referred])).toEqual(new Set(Object.keys(schemas)));
  });

  test('describes every attribute of the envelope', () => {
    const known = Object.keys(document.components.schemas.CloudEvent?.properties ?? {});
    expect(known).toEqual(expect.arrayContaining(Object.keys(eventOf({}).detail)));
  });

  test('takes every value of its type', () => {
    fc.assert(
      fc.property(data, (value) => {
        expect(verdicts(value)).toEqual({ original: true, converted: true });
      }),
      { numRuns: 50 },
    );
  });

  test('refuses every single mistake that the original refuses', () => {
    fc.assert(
      fc.property(data, (value) => {
        for (const { kind, path, value: wrong } of mutationsOf(set, resolve(set, rootOf(event)), value)) {
          expect(verdicts(wrong), `${kind} of ${path.join('/')}`).toEqual({ original: false, converted: false });
        }
      }),
      { numRuns: 8 },
    );
  });

  test('agrees with the original on any value in any place', () => {
    const seen = { valid: 0, invalid: 0 };
    fc.assert(
      fc.property(data, fc.jsonValue(), fc.nat(), (value, other, at) => {
        const changed = replaceOne(value, other, at);
        // The original also refuses Base64 that no reader of protobuf takes. The schema is less strict.
        fc.pre(original.validate(changed)?.includes('must be Base64') !== true);
        const both = verdicts(changed);
        expect(both.converted).toBe(both.original);
        seen[both.original ? 'valid' : 'invalid']++;
      }),
      { numRuns: 200 },
    );
    expect(seen.valid).toBeGreaterThan(0);
    expect(seen.invalid).toBeGreaterThan(0);
  });

  test('refuses what is no event of it', () => {
    const { detail, ...rest } = eventOf({});
    expect(isEvent(rest)).toBe(false);
    expect(isEvent({ ...rest, detail: { ...detail, type: 'AnotherEvent.v1' } })).toBe(false);
    expect(isEvent({ ...rest, detail: {} })).toBe(false);
  });
});

/** A copy with another value at one of its places, which `at` chooses. */
function replaceOne(value: unknown, other: unknown, at: number): unknown {
  const places = placesIn(value, []);
  const place = places[at % places.length] ?? [];
  return replaced(value, place, other);
}

function placesIn(value: unknown, path: string[]): string[][] {
  if (typeof value !== 'object' || value === null) return [path];
  return [path, ...Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))];
}

function replaced(value: unknown, [key, ...rest]: readonly string[], other: unknown): unknown {
  if (key === undefined) return other;
  const copy = (Array.isArray(value) ? [...value] : { ...(value as object) }) as Record<string, unknown>;
  copy[key] = replaced(copy[key], rest, other);
  return copy;
}
