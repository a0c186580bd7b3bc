import { closeSync, existsSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigurationError, StarlingError } from '#shared/errors.ts';
import { syncFolder } from './folder.ts';
import { migrate } from './migrate.ts';
import { damageAdvice, openProblem, restoreCommand } from './open-problem.ts';
import { type LeftLog, readLeftLog } from './write-ahead-log.ts';

/** The write-ahead log shrinks to this size when it starts again. It grows during a long read, such as a backup. */
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
 * A larger database is not checked after a crash. The check takes about 0.8 s per GB from memory, so callers would wait
 * too long. Damage in a larger database is found when the damaged page is read.
 */
const MAX_CHECKED_BYTES = 2 ** 30;

/**
 * Opens or creates an SQLite file with this version's schema. After a crash it checks the file, so that damage by the
 * disk is found before the mesh uses the file.
 *
 * @param doubt gets a message when data may be lost and nothing can tell whether it is
 * @throws ConfigurationError if the file is damaged, is not the database of a mesh or has a newer schema.
 */
export function openSqliteFile(file: string, doubt: (message: string) => void = () => {}): DatabaseSync {
  let sqlite: DatabaseSync | undefined;
  try {
    // A mesh that stops normally leaves no log.
    const crashed = existsSync(`${file}-wal`);
    const left = readLeftLog(`${file}-wal`);
    checkLog(file, left);
    // Only the owner may read hashes and payloads. SQLite gives its other files the mode of this file.
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
 * Refuses a log without its database and a log with a damaged header. SQLite would take the first for a new database
 * and the second for a database without a log, and would delete the log.
 *
 * @throws ConfigurationError
 */
export function checkLog(file: string, left: LeftLog | undefined): void {
  if (left === undefined) return;
  const size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  if (size === 0) {
    throw new ConfigurationError(
      `The database ${file} is empty, but its write-ahead log is not: the database was lost. ${damageAdvice}`,
      { command: restoreCommand },
    );
  }
  if (left.header === 'damaged') {
    throw new ConfigurationError(
      `The write-ahead log ${file}-wal is damaged: what was stored last cannot be read. To go on without what it held, move it away. ${damageAdvice}`,
      { command: restoreCommand },
    );
  }
}

/** Compares the frames that SQLite applied with the frames in the log. */
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
  // A separate connection, because a cache as large as the mesh's makes a single pass one third slower.
  const sqlite = new DatabaseSync(file, { readOnly: true });
  try {
    const found = sqlite.prepare('PRAGMA integrity_check(3)').all();
    const said = found.map((row) => String(row.integrity_check));
    if (said[0] !== 'ok') throw openProblem(file, new Error(said.join('; ')));
  } finally {
    sqlite.close();
  }
}
