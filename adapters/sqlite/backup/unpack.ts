import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '#shared/errors.ts';
import { databaseFile, syncFolder } from '../folder.ts';
import { isCorrupt } from '../sqlite-errors.ts';
import { BackupError, type BackupManifest, type Content } from './format.ts';
import { isKeyFile, makeSecretsFolder } from './key-files.ts';

/**
 * Writes the database and the keys from a backup into an empty folder and syncs them.
 *
 * @throws BackupError if the backup was changed, or has content that no backup has.
 */
export async function unpack(file: string, content: Content, folder: string): Promise<BackupManifest> {
  const made = databaseFile(folder);
  await copy(file, content, made);
  const database = new DatabaseSync(made);
  try {
    // The backup's tables contain secrets. secure_delete overwrites their pages.
    database.exec('PRAGMA synchronous = FULL; PRAGMA secure_delete = ON');
    const found = String(database.prepare('PRAGMA integrity_check(1)').get()?.integrity_check);
    if (found !== 'ok') throw damaged(file, found);
    const manifest = readManifest(database, file);
    writeKeys(database, file, folder);
    database.exec(`
      BEGIN;
      DROP TABLE starling_backup;
      DROP TABLE starling_backup_files;
      PRAGMA application_id = 0;
      COMMIT;
    `);
    return manifest;
  } catch (error) {
    throw isCorrupt(error) ? damaged(file, messageOf(error), error) : error;
  } finally {
    database.close();
    syncFolder(folder);
  }
}

async function copy(file: string, { bytes, digest }: Content, made: string): Promise<void> {
  const hash = createHash('sha256');
  await pipeline(
    createReadStream(file, { end: bytes - 1, highWaterMark: 2 ** 20 }),
    async function* (chunks: AsyncIterable<Buffer>) {
      for await (const chunk of chunks) {
        hash.update(chunk);
        yield chunk;
      }
    },
    createWriteStream(made, { flags: 'wx', mode: 0o600 }),
  );
  if (!hash.digest().equals(digest)) throw damaged(file, 'it is not what was written');
}

function readManifest(database: DatabaseSync, file: string): BackupManifest {
  const rows = database.prepare('SELECT name, value FROM starling_backup').all();
  const { takenAt, tasks, events } = Object.fromEntries(rows.map(({ name, value }) => [String(name), value]));
  if (typeof takenAt === 'string' && typeof tasks === 'number' && typeof events === 'number') {
    return { takenAt, tasks, events };
  }
  throw damaged(file, 'it does not say what it holds');
}

function writeKeys(database: DatabaseSync, file: string, folder: string): void {
  const secrets = makeSecretsFolder(folder);
  for (const { path: name, content } of database.prepare('SELECT path, content FROM starling_backup_files').all()) {
    if (typeof name !== 'string' || !isKeyFile(name) || !(content instanceof Uint8Array)) {
      throw damaged(file, 'it names a file that no mesh has');
    }
    writeFileSync(path.join(folder, name), content, { flag: 'wx', mode: 0o600, flush: true });
  }
  syncFolder(secrets);
}

function damaged(file: string, found: string, cause?: unknown): BackupError {
  return new BackupError(`The backup ${file} is damaged (${found}). Nothing was restored: take another one.`, {
    cause,
  });
}
