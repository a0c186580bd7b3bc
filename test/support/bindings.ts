import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { generateBindings, type Language } from '#cli/bindings/generate.ts';
import { loadSchemas } from '#shared/schemas/load.ts';
import { samples } from './event-samples.ts';

const root = path.resolve(import.meta.dirname, '../..');

export const schemas = loadSchemas(path.join(root, 'schemas'), 'schemas');

/** The samples by the names that quicktype makes of detail-types: `TaskRequestedV1`. */
export const samplesByType: Readonly<Record<string, unknown>> = Object.fromEntries(
  Object.entries(samples).map(([detailType, sample]) => [detailType.replace('.v', 'V'), sample]),
);

export const typeNames: readonly string[] = Object.keys(samplesByType);

/** Writes the bindings of a language into a folder, and the samples beside them as `in.json`. */
export async function writeBindings(language: Language, folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of await generateBindings(schemas, language)) writeFileSync(path.join(folder, name), text);
  writeFileSync(path.join(folder, 'in.json'), JSON.stringify(samplesByType));
}
