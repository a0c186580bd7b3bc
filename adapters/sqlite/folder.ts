import { accessSync, closeSync, constants, fsyncSync, openSync, readlinkSync, statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigurationError, messageOf } from '#shared/errors.ts';
import { makeFolder } from '#shared/make-folder.ts';
import { isBusy, isSqliteError } from './sqlite-errors.ts';

/** Held for as long as the process lives: the operating system lets go of it even after kill -9. */
export interface FolderLock {
  release(): void;
}

/** The database in a data folder. */
export function databaseFile(folder: string): string {
  return path.join(folder, 'starling.db');
}

/**
 * Makes the data folder (readable by its owner only) and locks it for this process. The lock is SQLite's own on a file
 * of its own, as Node has no flock.
 *
 * @throws ConfigurationError when the folder cannot be written or another process holds it.
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

/** Whether a process has the folder open. */
export function isLocked(folder: string): boolean {
  try {
    lockFolder(folder).release();
    return false;
  } catch (error) {
    return error instanceof ConfigurationError && isBusy(error.cause);
  }
}

/** Makes the names of new files durable: syncing a file does not promise that its folder knows it. */
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
  // SQLite says "unable to open database file" for all of these.
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (refusal) {
    return systemReason(refusal);
  }
  return systemReason(error);
}

/** What an error of the system says to a person. */
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
