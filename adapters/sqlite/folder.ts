import { accessSync, closeSync, constants, fsyncSync, openSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigurationError, messageOf } from '#shared/errors.ts';
import { makeFolder } from '#shared/make-folder.ts';
import { isBusy, isSqliteError } from './sqlite-errors.ts';

/** The process holds the lock until it ends. The operating system releases it even after kill -9. */
export interface FolderLock {
  release(): void;
}

/** The path of the database in a data folder. */
export function databaseFile(folder: string): string {
  return path.join(folder, 'starling.db');
}

/**
 * Creates the data folder (only its owner can read it) and locks it for this process. The lock is an SQLite lock on a
 * separate file, because Node has no flock.
 *
 * @throws ConfigurationError if the folder is not writable or another process has locked it.
 */
export function lockFolder(folder: string): FolderLock {
  const file = path.join(folder, 'lock');
  let lock: DatabaseSync | undefined;
  try {
    makeFolder(folder);
    lock = new DatabaseSync(file, { timeout: 0 });
    lock.exec('PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock?.close();
    if (isBusy(error)) {
      throw new ConfigurationError(
        `Another process has the data folder ${folder} open. Stop it, or set STARLING_DATA to another folder.`,
        { cause: error },
      );
    }
    throw new ConfigurationError(
      `The data folder ${folder} cannot be used: ${reason(folder, error)}. Make it writable, or set STARLING_DATA to another folder.`,
      { cause: error },
    );
  }
  const held = lock;
  return { release: () => held.close() };
}

/** True: a process has locked the folder. */
export function isLocked(folder: string): boolean {
  try {
    lockFolder(folder).release();
    return false;
  } catch (error) {
    return error instanceof ConfigurationError && isBusy(error.cause);
  }
}

/** Makes the names of new files durable. The sync of a file does not sync its entry in the folder. */
export function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function reason(folder: string, error: unknown): string {
  const found = unlessRefused(() => statSync(folder));
  const target = found === undefined ? unlessRefused(() => readlinkSync(folder)) : undefined;
  if (target !== undefined) return `it is a link to ${target}, which is not there`;
  if (found?.isDirectory() === false) return 'it is no folder but a file';
  if (!isSqliteError(error)) return systemReason(error);
  // SQLite reports "unable to open database file" for all of these problems.
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (refusal) {
    return systemReason(refusal);
  }
  return systemReason(error);
}

/** The readable reason of a system error. */
export function systemReason(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EROFS':
      return `its disk is mounted read-only (${code})`;
    case 'EACCES':
    case 'EPERM':
      return `this user has no right to it (${code})`;
    case 'ENOSPC':
    case 'EDQUOT':
      return `its disk is full (${code})`;
    case 'ENOTDIR':
      return `a part of its path is a file (${code})`;
    default:
      return messageOf(error);
  }
}

function unlessRefused<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined;
  }
}
