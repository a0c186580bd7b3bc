import { copyFileSync, existsSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Checks the database that a killed process left, by a copy: the next start finds it untouched.
 *
 * @returns what is wrong with it; nothing when it is whole
 */
export function damageOf(data: string, folder: string): readonly string[] {
  const copy = path.join(folder, 'left-behind.db');
  for (const suffix of ['', '-wal']) {
    rmSync(`${copy}${suffix}`, { force: true });
    const file = path.join(data, `starling.db${suffix}`);
    if (existsSync(file)) copyFileSync(file, `${copy}${suffix}`);
  }
  rmSync(`${copy}-shm`, { force: true });
  const database = new DatabaseSync(copy);
  try {
    const rows = database.prepare('PRAGMA integrity_check').all();
    return rows.map((row) => String(row.integrity_check)).filter((line) => line !== 'ok');
  } finally {
    database.close();
  }
}

/** Bytes of the write-ahead log. */
export function logSize(data: string): number {
  return statSync(path.join(data, 'starling.db-wal'), { throwIfNoEntry: false })?.size ?? 0;
}
