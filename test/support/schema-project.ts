import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import { type Project, projectAt } from '#tools/schemas/project.ts';

export type Json = { [key: string]: unknown };

/** A project of its own for one test. Files by path from its root: text as it is, else as JSON. */
export function makeProject(files: Record<string, string | Json>): Project {
  const root = mkdtempSync(join(tmpdir(), 'starling-schemas-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  }
  return projectAt(root);
}

/** The head that every schema file has. */
export function head(path: string): Json {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `https://starling.example/schemas/${path}`,
    title: 'A title',
    description: 'What it is.',
  };
}

export const orderPath = 'acme.orders/OrderPlaced.v1.json';

/** An event with one of each kind of property. `changes` go into the schema, a property set to undefined goes away. */
export function order(properties: Json = {}, changes: Json = {}): Json {
  const all = {
    id: { type: 'string', description: 'The id.', maxLength: 40 },
    count: { type: 'integer', description: 'How many.', minimum: 1, maximum: 10 },
    color: { type: 'string', description: 'The color.', enum: ['red', 'blue'] },
    tags: {
      type: 'array',
      description: 'Keywords.',
      items: { type: 'string', maxLength: 20 },
      minItems: 1,
      maxItems: 5,
    },
    note: { type: 'string', description: 'For people.' },
    ...properties,
  };
  const given = Object.entries(all).filter(([, schema]) => schema !== undefined);
  return {
    ...head(orderPath),
    type: 'object',
    properties: Object.fromEntries(given),
    required: ['id', 'count'],
    ...changes,
  };
}
