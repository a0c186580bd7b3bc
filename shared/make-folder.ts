import { mkdirSync } from 'node:fs';
import path from 'node:path';

const OWNER_ONLY = 0o700;

/**
 * Makes a folder that only its owner can enter, and the missing folders above it. If the name already exists, it is
 * left unchanged, even if it is not a folder. Node's own `recursive` never returns below /proc: there, making a folder
 * fails with ENOENT although all folders above it exist.
 *
 * @throws the system's error
 */
export function makeFolder(folder: string): void {
  if (tryToMake(folder) === undefined) return;
  const parent = path.dirname(folder);
  if (parent !== folder) makeFolder(parent);
  const error = tryToMake(folder);
  if (error) throw error;
}

/** Returns the error if a folder above it is missing. */
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
