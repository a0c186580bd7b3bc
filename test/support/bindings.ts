import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generateBindings } from '#cli/bindings/generate.ts';
import type { Language } from '#cli/bindings/languages.ts';
import { loadSchemas } from '#shared/schemas/load.ts';
import type { SchemaSet } from '#shared/schemas/schema.ts';
import { samples } from './event-samples.ts';

const root = path.resolve(import.meta.dirname, '../..');

export const schemas = loadSchemas(path.join(root, 'schemas'), 'schemas');

/** The samples by the names that quicktype makes of detail-types: `TaskRequestedV1`. */
export const samplesByType: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(samples).map(([detailType, sample]) => [detailType.replace('.v', 'V'), sample]),
);

export const typeNames: readonly string[] = Object.keys(samplesByType);

/** Event schemas, and data for each of them by the names of their types. */
export interface Bound {
  readonly set: SchemaSet;
  readonly data: Readonly<Record<string, unknown>>;
}

/** The events of the mesh. */
export const ownEvents: Bound = { set: schemas, data: samplesByType };

/** Writes the bindings of a language into a folder, and the data beside them as `in.json`. */
export async function writeBindings(language: Language, folder: string, { set, data } = ownEvents): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of await generateBindings(set, language)) writeFileSync(path.join(folder, name), text);
  writeFileSync(path.join(folder, 'in.json'), JSON.stringify(data));
}
