import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { StarlingError, type StarlingErrorOptions } from '#shared/errors.ts';
import { BACKUP_ID, migrations } from '../schema.ts';

/** A backup cannot be made or restored. The message says what to do. */
export class BackupError extends StarlingError {
  constructor(message: string, options?: StarlingErrorOptions) {
    super('BACKUP', message, options);
  }
}

/** The backup's description of itself. */
export interface BackupManifest {
  /** The start of the copy, RFC 3339. The backup contains all data that the mesh had acknowledged by then. */
  readonly takenAt: string;
  readonly tasks: number;
  /** The number of events in the archive. */
  readonly events: number;
}

/**
 * A backup is an SQLite database with the two tables below and a trailer of 48 bytes, which SQLite ignores: 16 bytes
 * that mark the trailer and the SHA-256 of all bytes before it. The digest is necessary, because SQLite's own check
 * finds a damaged structure but not a changed letter in a text.
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

/** The database in a backup, with its size in bytes and its SHA-256. */
export interface Content {
  readonly bytes: number;
  readonly digest: Buffer;
}

/**
 * Reads the first and the last bytes of a file. They tell whether it is a backup and whether it is complete.
 *
 * @throws BackupError if the file is not a backup, was cut off, or comes from a newer Starling.
 */
export function readEnds(file: string): Content {
  const size = statSync(file).size;
  const bytes = size - TRAILER_BYTES;
  const header = readAt(file, 0, HEADER_BYTES);
  const isDatabase = header.length === HEADER_BYTES && header.subarray(0, magic.length).equals(magic);
  if (!isDatabase || header.readUInt32BE(APPLICATION_ID) !== BACKUP_ID) {
    throw new BackupError(`${file} is no backup of a mesh. Name a file that was made with:`, {
      command: ['backup', 'FILE'],
    });
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
