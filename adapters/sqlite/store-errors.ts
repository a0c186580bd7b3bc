import { messageOf, StarlingError } from '#shared/errors.ts';
import { StoreUnavailableError } from '#shared/ports/errors.ts';
import { damageAdvice, restoreCommand } from './open-problem.ts';
import { isBusy, isCannotOpen, isCorrupt, isFull, isInputOutput, isReadOnly, isSqliteError } from './sqlite-errors.ts';

/**
 * Extended codes, https://sqlite.org/rescode.html. A limit on a file's size or a quota comes up as a write that fails.
 */
const IOERR_WRITE = 778;
const IOERR_FSYNC = 1034;
const IOERR_DIR_FSYNC = 1290;
const IOERR_SHMSIZE = 4874;
/** Primary codes at which SQLite may end the transaction, beside those that have a name of their own. */
const NO_MEMORY = 7;
const INTERRUPTED = 9;

/** Why a write failed, in metrics. */
export type WriteFailure = 'full' | 'disk' | 'locked' | 'other';

/**
 * True: the store itself failed, not a single statement. SQLite may have ended the whole transaction, so the caller
 * must not continue in it.
 */
export function isStoreFailure(error: unknown): boolean {
  return (
    isFull(error) ||
    isInputOutput(error) ||
    isCorrupt(error) ||
    isReadOnly(error) ||
    isCannotOpen(error) ||
    isBusy(error) ||
    (isSqliteError(error) && [NO_MEMORY, INTERRUPTED].includes(error.errcode & 0xff))
  );
}

/** The error with which the process has to end: the content of the disk is unknown, or the file is damaged. */
export function fatalOf(file: string, error: unknown): StarlingError | undefined {
  if (isCorrupt(error)) return damaged(file, error);
  return isSyncRefused(error) ? syncRefused(file, error) : undefined;
}

function isSyncRefused(error: unknown): boolean {
  return isSqliteError(error) && (error.errcode === IOERR_FSYNC || error.errcode === IOERR_DIR_FSYNC);
}

export function reasonOf(error: unknown): WriteFailure {
  if (isFull(error) || (isSqliteError(error) && error.errcode === IOERR_SHMSIZE)) return 'full';
  if (isInputOutput(error) || isReadOnly(error) || isCannotOpen(error)) return 'disk';
  return isBusy(error) ? 'locked' : 'other';
}

/** The error for the callers of a batch that could not be written. Nothing of the batch is stored. */
export function cannotWrite(file: string, error: unknown): StoreUnavailableError {
  return new StoreUnavailableError(adviceOn(file, error), { cause: error });
}

export function cannotRead(file: string, error: unknown): StoreUnavailableError {
  return new StoreUnavailableError(`${file} cannot be read: ${detailOf(error)}.`, { cause: error });
}

function damaged(file: string, error: unknown): StarlingError {
  return new StarlingError('STORE_FAILED', `The database ${file} is damaged (${detailOf(error)}). ${damageAdvice}`, {
    cause: error,
    command: restoreCommand,
  });
}

export function syncRefused(file: string, error: unknown): StarlingError {
  return new StarlingError(
    'STORE_FAILED',
    `The disk refused to sync ${file}: ${messageOf(error)}. Look at the disk and the system's log before you start again; the start reads what it really has.`,
    { cause: error },
  );
}

function adviceOn(file: string, error: unknown): string {
  switch (reasonOf(error)) {
    case 'full':
      return `There is no room left for ${file}: free space on its disk.`;
    case 'disk':
      return isSqliteError(error) && error.errcode === IOERR_WRITE
        ? `The disk refuses what is written to ${file}: look at its quota, at the limit on the size of files (ulimit -f) and at the system's log.`
        : `${file} cannot be written (${detailOf(error)}): look at the disk and the rights of the folder.`;
    case 'locked':
      return `Another process has ${file} locked: end it.`;
    default:
      return `${file} cannot be written (${detailOf(error)}).`;
  }
}

function detailOf(error: unknown): string {
  return isSqliteError(error) ? `${messageOf(error)}, SQLite's code ${error.errcode}` : messageOf(error);
}
