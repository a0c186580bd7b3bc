import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigurationError, StarlingError } from '#shared/errors.ts';
import { syncFolder } from './folder.ts';
import { migrate } from './migrate.ts';
import { damageAdvice, openProblem } from './open-problem.ts';
import { type LeftLog, readLeftLog } from './write-ahead-log.ts';

/** Bytes that the write-ahead log keeps when it begins anew: a long reader, such as a backup, has it grow meanwhile. */
const MAX_LOG_BYTES = 128 * 1024 * 1024;

const settings = `
  PRAGMA page_size = 8192;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA journal_size_limit = ${MAX_LOG_BYTES};
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -65536;
  PRAGMA foreign_keys = OFF;
`;

/**
 * Bytes of a database that are looked through after a crash, at some 0.8 s a GB from memory. Larger ones would keep
 * callers waiting for longer than a crash should; what is damaged in them is met when it is read.
 */
const MAX_CHECKED_BYTES = 2 ** 30;

/**
 * Opens, and makes where there is none, an SQLite file of this version's schema. After a crash it is looked through, so
 * that a file that a disk has damaged is found before anything is built on it.
 *
 * @param doubt is told of what may have been lost, where nobody can know
 * @throws ConfigurationError when the file is damaged, is no database of a mesh or is a newer version's.
 */
export function openSqliteFile(file: string, doubt: (message: string) => void = () => {}): DatabaseSync {
  let sqlite: DatabaseSync | undefined;
  try {
    // A mesh that ends in good order leaves no log.
    const crashed = existsSync(`${file}-wal`);
    const left = readLeftLog(`${file}-wal`);
    checkLog(file, left);
    // SQLite gives its other files the mode of this one: hashes and payloads are its owner's only.
    closeSync(openSync(file, 'a', 0o600));
    sqlite = new DatabaseSync(file, { timeout: 10_000 });
    sqlite.exec(settings);
    if (left) lookBehind(sqlite, file, left, doubt);
    if (crashed) lookThrough(file);
    migrate(sqlite, file);
    syncFolder(path.dirname(file));
    return sqlite;
  } catch (error) {
    sqlite?.close();
    throw error instanceof StarlingError ? error : openProblem(file, error);
  }
}

/**
 * What SQLite would take for a new database, or for one without a log, and delete the rest.
 *
 * @throws ConfigurationError
 */
export function checkLog(file: string, left: LeftLog | undefined): void {
  if (left === undefined) return;
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) {
    throw new ConfigurationError(
      `The database ${file} is empty, but its write-ahead log is not: the database was lost. ${damageAdvice}`,
    );
  }
  if (left.header === 'damaged') {
    throw new ConfigurationError(
      `The write-ahead log ${file}-wal is damaged: what was stored last cannot be read. ${damageAdvice} To go on without what it held, move it away.`,
    );
  }
}

/** Compares what SQLite took of the log to what there is of it. */
function lookBehind(sqlite: DatabaseSync, file: string, left: LeftLog, doubt: (message: string) => void): void {
  const taken = Number(sqlite.prepare('PRAGMA wal_checkpoint(NOOP)').get()?.log);
  const frames = left.framesLeftOut(taken);
  if (frames === 0) return;
  doubt(
    `The write-ahead log ${file}-wal is not whole behind its frame ${taken}: ${frames} more are not read. After a power cut that is what nobody had been told is stored. If there was none, the disk has damaged it: look at what was done last, and restore a backup if it is missing.`,
  );
}

function lookThrough(file: string): void {
  if (statSync(file).size > MAX_CHECKED_BYTES) return;
  // With a connection of its own: a cache as large as the mesh's makes a single pass a third slower.
  const sqlite = new DatabaseSync(file, { readOnly: true });
  try {
    const found = sqlite.prepare('PRAGMA integrity_check(3)').all();
    const said = found.map((row) => String(row.integrity_check));
    if (said[0] !== 'ok') throw openProblem(file, new Error(said.join('; ')));
  } finally {
    sqlite.close();
  }
}
