import { createHash, randomUUID } from 'node:crypto';
import {
  accessSync,
  appendFileSync,
  closeSync,
  constants,
  createReadStream,
  existsSync,
  fsyncSync,
  linkSync,
  openSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { messageOf, StarlingError } from '#shared/errors.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { databaseFile, isLocked, syncFolder, systemReason } from '../folder.ts';
import { checkFolder } from '../folder-state.ts';
import { BACKUP_ID, migrations } from '../schema.ts';
import { isCorrupt, isFull } from '../sqlite-errors.ts';
import { checkLog } from '../sqlite-file.ts';
import { readLeftLog } from '../write-ahead-log.ts';
import { BackupError, type BackupManifest, readEnds, tables, trailer } from './format.ts';
import { readKeyFiles } from './key-files.ts';

export interface BackUpOptions {
  /** The data folder. */
  readonly folder: string;
  /** The path of the backup. */
  readonly file: string;
  /** True: the backup may replace another file. */
  readonly force: boolean;
  readonly clock: Clock;
}

export interface Backup extends BackupManifest {
  readonly file: string;
  readonly bytes: number;
}

/**
 * Writes a data folder into one file: the database at one moment, and the keys. A mesh may run on the folder meanwhile.
 * The file appears only when it is complete, checked and synced.
 *
 * `VACUUM INTO` makes the copy, because it reads in one transaction. SQLite's backup API would start again whenever the
 * mesh writes between two of its steps. The copy may contain a commit that is not synced and not acknowledged yet.
 * After a restore that data is stored although its caller got no answer, as after any crash before an answer.
 *
 * @throws BackupError
 * @throws ConfigurationError if a mesh would not start with the folder.
 */
export async function backUp({ folder, file, force, clock }: BackUpOptions): Promise<Backup> {
  checkTarget(file, force);
  checkOwn(file, folder);
  const source = openSource(folder);
  const made = path.join(path.dirname(file), `.${path.basename(file)}.${randomUUID()}`);
  try {
    const takenAt = new Date(clock.now()).toISOString();
    copy(source, made);
    source.close();
    // Read the keys after the database, so that every key that the database refers to exists.
    const manifest = complete(made, takenAt, folder);
    await seal(made);
    publish(made, file, force);
    return { ...manifest, file, bytes: statSync(file).size };
  } catch (error) {
    throw error instanceof BackupError ? error : failure(folder, file, error);
  } finally {
    if (source.isOpen) source.close();
    rmSync(made, { force: true });
    rmSync(`${made}-journal`, { force: true });
  }
}

function checkTarget(file: string, force: boolean): void {
  const found = statSync(file, { throwIfNoEntry: false });
  if (found?.isDirectory()) throw new BackupError(`${file} is a folder. Name the file that the backup becomes.`);
  if (found && !found.isFile()) throw new BackupError(`${file} is no file. Name the file that the backup becomes.`);
  if (found && !force) throw taken(file);
  if (!existsSync(path.dirname(file))) {
    throw new BackupError(`There is no folder ${path.dirname(file)} for the backup. Make it first.`);
  }
}

function taken(file: string): BackupError {
  return new BackupError(`${file} is there already. Name another file, or overwrite it with --force.`);
}

/** In the data folder, a backup may replace only another backup. All other files there are its source. */
function checkOwn(file: string, folder: string): void {
  if (!existsSync(file) || !existsSync(folder)) return;
  const place = realpathSync(path.dirname(file));
  const own = realpathSync(folder);
  if (place !== own && !place.startsWith(own + path.sep)) return;
  try {
    readEnds(file);
  } catch (cause) {
    throw new BackupError(`${file} is the mesh's own, and no backup. Name another file.`, { cause });
  }
}

/**
 * Refuses folders that a start refuses. SQLite would read an older state from them, and the backup would contain it.
 */
function checkSource(folder: string, file: string): void {
  checkFolder(folder);
  try {
    checkLog(file, readLeftLog(`${file}-wal`));
  } catch (error) {
    // A running mesh has read its log already, and may be writing the log from its start again.
    if (!isLocked(folder)) throw error;
  }
}

function openSource(folder: string): DatabaseSync {
  const file = databaseFile(folder);
  let source: DatabaseSync | undefined;
  try {
    // The system's own error is clearer than SQLite's "unable to open database file".
    accessSync(file, constants.R_OK);
    checkSource(folder, file);
    source = new DatabaseSync(file, { readOnly: true, timeout: 10_000 });
    const version = Number(source.prepare('PRAGMA user_version').get()?.user_version);
    if (version >= 1 && version <= migrations.length) return source;
    throw new BackupError(
      version === 0
        ? `The database ${file} is no mesh's, or of one that has never started.`
        : `The database ${file} was written by a newer Starling. Back it up with that version.`,
    );
  } catch (error) {
    source?.close();
    if (error instanceof StarlingError) throw error;
    throw new BackupError(
      isMissing(error)
        ? `There is no mesh's database in ${path.resolve(folder)}. Name the data folder with --data or STARLING_DATA.`
        : `The database ${file} cannot be read: ${systemReason(error)}.`,
      { cause: error },
    );
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
}

function copy(source: DatabaseSync, made: string): void {
  // Create an empty file that only its owner can read. VACUUM INTO can write into an empty file.
  closeSync(openSync(made, 'wx', 0o600));
  source.prepare('VACUUM INTO ?').run(made);
}

/** Adds the manifest and the keys to the copy, and checks the copy. */
function complete(made: string, takenAt: string, folder: string): BackupManifest {
  const target = new DatabaseSync(made);
  try {
    // No sync is necessary: the file does not have its final name yet, so a crash discards all of it.
    target.exec('PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; BEGIN');
    target.exec(tables);
    const count = (table: 'tasks' | 'events') => Number(target.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
    const manifest = { takenAt, tasks: count('tasks'), events: count('events') };
    const insert = target.prepare('INSERT INTO starling_backup (name, value) VALUES (?, ?)');
    for (const [name, value] of Object.entries(manifest)) insert.run(name, value);
    const insertFile = target.prepare('INSERT INTO starling_backup_files (path, content) VALUES (?, ?)');
    for (const key of readKeyFiles(folder)) insertFile.run(key.path, key.content);
    target.exec(`PRAGMA application_id = ${BACKUP_ID}; COMMIT`);
    const found = String(target.prepare('PRAGMA integrity_check(1)').get()?.integrity_check);
    if (found !== 'ok') throw damaged(folder, found);
    return manifest;
  } finally {
    target.close();
  }
}

async function seal(made: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(made, { highWaterMark: 2 ** 20 }), hash);
  appendFileSync(made, trailer(hash.digest()));
  const descriptor = openSync(made, 'r+');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function publish(made: string, file: string, force: boolean): void {
  if (force) renameSync(made, file);
  else linkUnlessTaken(made, file);
  syncFolder(path.dirname(file));
}

/** Uses a link, because a link fails if the name is taken meanwhile. A rename would replace the other file. */
function linkUnlessTaken(made: string, file: string): void {
  try {
    linkSync(made, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw taken(file);
    // Some file systems, such as those of USB sticks, have no links.
    renameSync(made, file);
  }
}

function failure(folder: string, file: string, error: unknown): BackupError {
  if (isCorrupt(error)) return damaged(folder, messageOf(error), error);
  const reason = isFull(error) ? 'its disk is full' : systemReason(error);
  return new BackupError(`The backup cannot be written to ${file}: ${reason}.`, { cause: error });
}

function damaged(folder: string, found: string, cause?: unknown): BackupError {
  return new BackupError(
    `The database ${databaseFile(folder)} is damaged (${found}), so no backup was made. Keep the older ones.`,
    { cause },
  );
}
