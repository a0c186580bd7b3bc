import { closeSync, fsyncSync, openSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ConfigurationError, messageOf, StarlingError } from '../errors.ts';
import { migrate } from './schema.ts';

const settings = `
  PRAGMA page_size = 8192;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = 0;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -65536;
  PRAGMA foreign_keys = OFF;
`;

/**
 * Opens, and makes where there is none, an SQLite file of this version's schema.
 *
 * @throws ConfigurationError when the file is no database or is a newer version's.
 */
export function openSqliteFile(file: string): DatabaseSync {
  let sqlite: DatabaseSync | undefined;
  try {
    // SQLite gives its other files the mode of this one: hashes and payloads are its owner's only.
    closeSync(openSync(file, 'a', 0o600));
    sqlite = new DatabaseSync(file, { timeout: 10_000 });
    sqlite.exec(settings);
    migrate(sqlite, file);
    syncFolder(path.dirname(file));
    return sqlite;
  } catch (error) {
    sqlite?.close();
    if (error instanceof StarlingError) throw error;
    throw new ConfigurationError(
      `The database ${file} cannot be opened: ${messageOf(error)}. Restore it from a backup, or set STARLING_DATA to another folder.`,
      { cause: error },
    );
  }
}

/** Makes the names of new files durable: syncing a file does not promise that its folder knows it. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
