import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { messageOf } from '../errors.ts';
import { checkCompiles } from './compile.ts';
import { type Problem, SchemaError } from './problems.ts';
import type { Schema, SchemaSet } from './schema.ts';
import { checkSubset } from './subset.ts';

/** Released contracts live within the folder of the schemas, and are a set of their own. */
const releasedFolder = 'released';

/**
 * Reads the schemas of a folder and checks each of them.
 *
 * `shown` names the folder in messages. A folder that is not there is an empty set.
 *
 * @throws SchemaError that lists every problem.
 */
export function loadSchemas(directory: string, shown: string): SchemaSet {
  const files = new Map<string, { path: string; schema: unknown }>();
  const problems: Problem[] = [];
  for (const path of schemaFiles(directory)) {
    try {
      files.set(path, { path, schema: JSON.parse(readFileSync(join(directory, path), 'utf8')) });
    } catch (error) {
      problems.push({ where: `${shown}/${path}`, message: `This is not JSON: ${messageOf(error)}.` });
    }
  }
  if (problems.length === 0) problems.push(...checkSubset({ folder: shown, files }));
  if (problems.length > 0) throw new SchemaError(problems);
  // The subset is checked, so the content has the shape of Schema.
  const set: SchemaSet = { folder: shown, files: files as ReadonlyMap<string, { path: string; schema: Schema }> };
  const uncompilable = checkCompiles(set);
  if (uncompilable.length > 0) throw new SchemaError(uncompilable);
  return set;
}

/** Paths with slashes, sorted, so that all output is the same on every machine. */
export function schemaFiles(directory: string): string[] {
  let names: string[];
  try {
    names = readdirSync(directory, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return names
    .map((name) => name.split(sep).join('/'))
    .filter((path) => path.endsWith('.json') && !path.startsWith(`${releasedFolder}/`))
    .sort();
}
