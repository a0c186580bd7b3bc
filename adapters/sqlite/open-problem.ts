import { statfsSync } from 'node:fs';
import path from 'node:path';
import { ConfigurationError, messageOf } from '#shared/errors.ts';
import { systemReason } from './folder.ts';
import { isCannotOpen, isFull, isInputOutput, isReadOnly, isSqliteError } from './sqlite-errors.ts';

/** Bytes without which SQLite cannot open a database: it makes two files beside it. */
const NEEDED_BYTES = 128 * 1024;

const elsewhere = 'or set STARLING_DATA to another folder.';
/** What to do about a database that is damaged. */
export const damageAdvice =
  'Keep a copy of the data folder, and bring back a backup: npx starling restore FILE --force. Or set STARLING_DATA to another folder.';

/** Why a database cannot be opened or read at start, and what to do. */
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
    options,
  );
}

/** Whether the system refused something, and not what is in the file. */
function isOfTheDisk(error: unknown): boolean {
  if (isSqliteError(error)) return isInputOutput(error) || isCannotOpen(error);
  return error instanceof Error && 'syscall' in error;
}

function room(file: string): number {
  const { bavail, bsize } = statfsSync(path.dirname(file));
  return bavail * bsize;
}
