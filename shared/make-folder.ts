import { mkdirSync } from 'node:fs';
import path from 'node:path';

const OWNER_ONLY = 0o700;

/**
 * Makes a folder that only its owner can enter, and those above it. What has the name already is left as it is, also where
 * it is no folder. Node's own `recursive` never comes back below /proc, where making a folder fails with ENOENT although
 * all above it are there.
 *
 * @throws the error of the system
 */
export function makeFolder(folder: string): void {
  if (tryToMake(folder) === undefined) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  const error = tryToMake(folder);
  if (error) throw error;
}

/** Returns the error where one above it is missing. */
function tryToMake(folder: string): NodeJS.ErrnoException | undefined {
  try {
    mkdirSync(folder, { mode: OWNER_ONLY });
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return undefined;
    if (code === 'ENOENT') return error as NodeJS.ErrnoException;
    throw error;
  }
}
