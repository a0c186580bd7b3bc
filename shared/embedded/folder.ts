import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigurationError, messageOf } from '../errors.ts';

/** Held for as long as the process lives: the operating system lets go of it even after kill -9. */
export interface FolderLock {
  release(): void;
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
    mkdirSync(folder, { recursive: true, mode: 0o700 });
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
      `The data folder ${folder} cannot be used: ${messageOf(error)}. Make it writable, or set STARLING_DATA to another folder.`,
      { cause: error },
    );
  }
  const held = lock;
  return { release: () => held.close() };
}

function isBusy(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'errcode' in error && error.errcode === 5;
}
