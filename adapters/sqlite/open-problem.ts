import { statfsSync } from 'node:fs';
import path from 'node:path';
import { ConfigurationError, messageOf } from '#shared/errors.ts';
import { systemReason } from './folder.ts';
import { isCannotOpen, isFull, isInputOutput, isReadOnly, isSqliteError } from './sqlite-errors.ts';

/** SQLite needs this space to open a database, because it creates two files beside the database. */
const NEEDED_BYTES = 128 * 1024;

const elsewhere = 'or set STARLING_DATA to another folder.';
/** Tells the operator how to continue with a damaged database. `restoreCommand` stands behind it. */
export const damageAdvice =
  'Keep a copy of the data folder. Set STARLING_DATA to another folder, or bring back a backup with:';
/** The command that replaces the data folder by a backup. */
export const restoreCommand = ['restore', 'FILE', '--force'];

/** Makes the error for a database that cannot be opened or read at start. The message tells the remedy. */
export function openProblem(file: string, error: unknown): ConfigurationError {
  const options = { cause: error };
  if (isFull(error) || (isOfTheDisk(error) && room(file) < NEEDED_BYTES)) {
    return new ConfigurationError(
      `The disk of ${file} is full: a mesh cannot start without room to write. Make room and start again; what is stored is not touched. Or set STARLING_DATA to another folder.`,
      options,
    );
  }
  if (isReadOnly(error) || (isOfTheDisk(error) && !isSqliteError(error))) {
    return new ConfigurationError(
      `The database ${file} cannot be opened: ${systemReason(error)}. Make it writable, ${elsewhere}`,
      options,
    );
  }
  return new ConfigurationError(
    `The database ${file} is damaged or cannot be read (${messageOf(error)}). ${damageAdvice}`,
    { ...options, command: restoreCommand },
  );
}

/** True: the system or the disk caused the error, not the content of the file. */
function isOfTheDisk(error: unknown): boolean {
  if (isSqliteError(error)) return isInputOutput(error) || isCannotOpen(error);
  return error instanceof Error && 'syscall' in error;
}

function room(file: string): number {
  const { bavail, bsize } = statfsSync(path.dirname(file));
  return bavail * bsize;
}
