import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { StarlingError } from '#shared/errors.ts';
import { BACKUP_ID, migrations } from '../schema.ts';

/** A backup cannot be made or restored. The message says what to do. */
export class BackupError extends StarlingError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('BACKUP', message, options);
  }
}

/** What a backup says of itself. */
export interface BackupManifest {
  /** When its copy began, RFC 3339: what the mesh had acknowledged by then is in it. */
  readonly takenAt: string;
  readonly tasks: number;
  /** In the archive. */
  readonly events: number;
}

/**
 * A backup is an SQLite database with the two tables below, and behind it, where SQLite does not look, 48 bytes: 16 that
 * name the trailer and the SHA-256 of all before it. SQLite's own check sees a page that is out of order, and not a letter
 * that has changed in a text.
 */
export const tables = `
  CREATE TABLE starling_backup (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE starling_backup_files (path TEXT PRIMARY KEY, content BLOB NOT NULL) STRICT;
`;

const trailerName = Buffer.from('Starling SHA-256');
const DIGEST_BYTES = 32;
export const TRAILER_BYTES = trailerName.length + DIGEST_BYTES;

const HEADER_BYTES = 100;
const USER_VERSION = 60;
const APPLICATION_ID = 68;
const magic = Buffer.from('SQLite format 3\0');

export function trailer(digest: Buffer): Buffer {
  return Buffer.concat([trailerName, digest]);
}

/** The part of a backup that is a database, by its size in bytes and its SHA-256. */
export interface Content {
  readonly bytes: number;
  readonly digest: Buffer;
}

/**
 * Reads both ends of a file, which tell what it is and whether its end is there.
 *
 * @throws BackupError when it is no backup, was cut off, or is of a newer Starling.
 */
export function readEnds(file: string): Content {
  const size = statSync(file).size;
  const bytes = size - TRAILER_BYTES;
  const header = readAt(file, 0, HEADER_BYTES);
  const isDatabase = header.length === HEADER_BYTES && header.subarray(0, magic.length).equals(magic);
  if (!isDatabase || header.readUInt32BE(APPLICATION_ID) !== BACKUP_ID) {
    throw new BackupError(`${file} is no backup of a mesh. Name a file that npx starling backup has made.`);
  }
  const end = readAt(file, bytes, TRAILER_BYTES);
  if (!end.subarray(0, trailerName.length).equals(trailerName)) {
    throw new BackupError(`The end of the backup ${file} is missing: it was cut off. Take another one.`);
  }
  const version = header.readUInt32BE(USER_VERSION);
  if (version > migrations.length) {
    throw new BackupError(
      `The backup ${file} was made by a newer Starling (its schema is ${version}, this one knows ${migrations.length}). Restore it with that version.`,
    );
  }
  return { bytes, digest: end.subarray(trailerName.length) };
}

function readAt(file: string, position: number, length: number): Buffer {
  const descriptor = openSync(file, 'r');
  try {
    const buffer = Buffer.alloc(length);
    return buffer.subarray(0, readSync(descriptor, buffer, 0, length, Math.max(position, 0)));
  } finally {
    closeSync(descriptor);
  }
}
