import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Problem } from '#shared/schemas/problems.ts';
import { shown } from './project.ts';

/** The generated files that differ from the output of the schemas: changed by hand, missing, or left over. */
export function findDrift(directory: string, expected: ReadonlyMap<string, string>): Problem[] {
  const present = new Map(readAll(directory));
  const names = [...new Set([...expected.keys(), ...present.keys()])].sort();
  return names.flatMap((name) => {
    const where = `${shown.generated}/${name}`;
    if (expected.get(name) === present.get(name)) return [];
    if (!expected.has(name)) return [{ where, message: 'Nothing generates this file: remove it.' }];
    const state = present.has(name) ? 'It differs from what the schemas give' : 'It is missing';
    return [{ where, message: `${state}: run npm run schemas, and commit what it writes.` }];
  });
}

function readAll(directory: string): [string, string][] {
  try {
    return readdirSync(directory).map((name) => [name, readFileSync(join(directory, name), 'utf8')]);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
