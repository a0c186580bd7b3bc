import type { DatabaseSync } from 'node:sqlite';
import { ConfigurationError } from '#shared/errors.ts';
import { BACKUP_ID, migrations } from './schema.ts';

/**
 * Migrates the database to this version's schema in one transaction, so a crash or a full disk leaves it unchanged.
 *
 * @throws ConfigurationError if the file is not the database of a mesh, or a newer Starling wrote it.
 */
export function migrate(database: DatabaseSync, file: string): void {
  const version = pragma(database, 'user_version');
  const applicationId = pragma(database, 'application_id');
  if (applicationId === BACKUP_ID) {
    throw new ConfigurationError(
      `${file} is a backup, without the keys beside it. Move it elsewhere, and bring it back with:`,
      { command: ['restore', 'FILE'] },
    );
  }
  if (applicationId !== 0 || !fits(database, version)) {
    throw new ConfigurationError(
      `${file} is a database of something else than Starling. Move it away, or set STARLING_DATA to another folder.`,
    );
  }
  if (version > migrations.length) {
    throw new ConfigurationError(
      `${file} was written by a newer Starling (its schema is ${version}, this one knows ${migrations.length}). ` +
        'Start that version, or set STARLING_DATA to another folder.',
    );
  }
  if (version === migrations.length) return;
  database.exec('BEGIN IMMEDIATE');
  for (const sql of migrations.slice(version)) database.exec(sql);
  database.exec(`PRAGMA user_version = ${migrations.length}; COMMIT`);
}

/** True: the file is new and has no tables, or it has the tables that all versions share. */
function fits(database: DatabaseSync, version: number): boolean {
  const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
  if (version === 0) return tables.length === 0;
  const names = new Set(tables.map(({ name }) => name));
  return ['events', 'tasks', 'task_log'].every((name) => names.has(name));
}

function pragma(database: DatabaseSync, name: 'user_version' | 'application_id'): number {
  return Number(database.prepare(`PRAGMA ${name}`).get()?.[name]);
}
