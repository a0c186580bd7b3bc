/**
 * Classifies errors of SQLite. `errcode` of node:sqlite is the extended code. Its low byte is the primary code
 * (https://sqlite.org/rescode.html).
 */
const BUSY = 5;
const LOCKED = 6;
const READ_ONLY = 8;
const INPUT_OUTPUT = 10;
const CORRUPT = 11;
const FULL = 13;
const CANNOT_OPEN = 14;
const NOT_A_DATABASE = 26;

/** An error of SQLite, thrown by node:sqlite. */
export interface SqliteError extends Error {
  readonly code: 'ERR_SQLITE_ERROR';
  readonly errcode: number;
}

export function isSqliteError(error: unknown): error is SqliteError {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_SQLITE_ERROR' &&
    'errcode' in error &&
    typeof error.errcode === 'number'
  );
}

/** Another connection holds a lock that this connection needs. */
export function isBusy(error: unknown): boolean {
  return isOneOf(error, BUSY, LOCKED);
}

/** The file has content that SQLite cannot have written. Data from this file is no longer reliable. */
export function isCorrupt(error: unknown): boolean {
  return isOneOf(error, CORRUPT, NOT_A_DATABASE);
}

/** The disk, a quota or a limit on the file's size leaves no space. A limit may appear as an input/output error. */
export function isFull(error: unknown): boolean {
  return isOneOf(error, FULL);
}

/** The file or its folder is not writable. */
export function isReadOnly(error: unknown): boolean {
  return isOneOf(error, READ_ONLY);
}

/** The disk failed to read, write or lock. */
export function isInputOutput(error: unknown): boolean {
  return isOneOf(error, INPUT_OUTPUT);
}

/** The file, or a file that SQLite keeps beside it, could not be opened or created. */
export function isCannotOpen(error: unknown): boolean {
  return isOneOf(error, CANNOT_OPEN);
}

function isOneOf(error: unknown, ...primary: readonly number[]): boolean {
  return isSqliteError(error) && primary.includes(error.errcode & 0xff);
}
