import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { StarlingError } from '#shared/errors.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { databaseFile, lockFolder, systemReason } from '../folder.ts';
import { isFull } from '../sqlite-errors.ts';
import { exchange } from './exchange.ts';
import { BackupError, type BackupManifest, readEnds } from './format.ts';
import { unpack } from './unpack.ts';

export interface RestoreOptions {
  /** The backup. */
  readonly file: string;
  /** The data folder for the content of the backup. It is created if it does not exist. */
  readonly folder: string;
  /** True: the restore may replace a database, which it moves aside. */
  readonly force: boolean;
  readonly clock: Clock;
}

export interface Restored extends BackupManifest {
  readonly folder: string;
  /** The folder, in the data folder, that now has the previous content. */
  readonly replaced?: string;
}

/** The prefix of unfinished folders. The next restore removes those of an interrupted restore. */
const UNFINISHED = '.restoring-';

/**
 * Checks a backup and makes a data folder of it. It copies the backup, compares its digest and checks the copy before
 * it changes the folder. From then on a mesh does not start with the folder until the exchange is complete.
 *
 * @throws BackupError
 * @throws ConfigurationError if a mesh has the folder open, or the folder is not writable.
 */
export async function restore({ file, folder, force, clock }: RestoreOptions): Promise<Restored> {
  const content = readContent(file);
  const lock = lockFolder(folder);
  try {
    if (holdsDatabase(folder) && !force) {
      throw new BackupError(
        `The data folder ${folder} holds a database already. Name another with --data, or replace it with --force: the old one is moved aside.`,
      );
    }
    for (const name of readdirSync(folder)) if (name.startsWith(UNFINISHED)) remove(path.join(folder, name));
    const unpacked = path.join(folder, `${UNFINISHED}${randomUUID()}`);
    try {
      mkdirSync(unpacked, { mode: 0o700 });
      const manifest = await unpack(file, content, unpacked);
      const replaced = exchange(folder, unpacked, new Date(clock.now()));
      return { ...manifest, folder, ...(replaced !== undefined && { replaced }) };
    } finally {
      remove(unpacked);
    }
  } catch (error) {
    throw error instanceof StarlingError ? error : failure(file, folder, error);
  } finally {
    lock.release();
  }
}

function readContent(file: string) {
  try {
    return readEnds(file);
  } catch (error) {
    if (error instanceof BackupError) throw error;
    throw new BackupError(`The backup ${file} cannot be read: ${systemReason(error)}.`, { cause: error });
  }
}

function holdsDatabase(folder: string): boolean {
  const file = databaseFile(folder);
  // A log without its database is the rest of a lost database.
  return (statSync(file, { throwIfNoEntry: false })?.size ?? 0) > 0 || existsSync(`${file}-wal`);
}

function remove(unfinished: string): void {
  rmSync(unfinished, { recursive: true, force: true });
}

function failure(file: string, folder: string, error: unknown): BackupError {
  const reason = isFull(error) ? 'its disk is full' : systemReason(error);
  return new BackupError(`The backup ${file} cannot be restored into ${folder}: ${reason}.`, { cause: error });
}
