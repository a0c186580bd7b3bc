import { crc32, deflateRawSync } from 'node:zlib';

/** https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3. Numbers are little-endian. */
const LOCAL_FILE = 0x04034b50;
const DIRECTORY_ENTRY = 0x02014b50;
const DIRECTORY_END = 0x06054b50;
/** Version 2.0: deflated files. */
const VERSION = 20;
/** The attributes are those of Unix. */
const MADE_BY_UNIX = (3 << 8) | VERSION;
/** File names are UTF-8. */
const FLAGS = 1 << 11;
const DEFLATED = 8;
/** 1980-01-01, the first day of ZIP: the archive does not depend on when it was made. */
const [TIME, DATE] = [0, (1 << 5) | 1];
/** A regular file that everybody may read: Lambda runs as a user of its own. */
const ATTRIBUTES = 0o100644 * 0x10000;

/**
 * A ZIP archive of one file.
 *
 * @param name the path in the archive, with slashes
 */
export function zipOf(name: string, content: Uint8Array): Buffer {
  const path = Buffer.from(name);
  const packed = deflateRawSync(content, { level: 9 });
  const common = Buffer.concat([
    shorts(VERSION, FLAGS, DEFLATED, TIME, DATE),
    longs(crc32(content), packed.length, content.length),
    shorts(path.length, 0),
  ]);
  const file = Buffer.concat([longs(LOCAL_FILE), common, path, packed]);
  const entry = Buffer.concat([
    longs(DIRECTORY_ENTRY),
    shorts(MADE_BY_UNIX),
    common,
    shorts(0, 0, 0),
    longs(ATTRIBUTES, 0),
    path,
  ]);
  const end = Buffer.concat([longs(DIRECTORY_END), shorts(0, 0, 1, 1), longs(entry.length, file.length), shorts(0)]);
  return Buffer.concat([file, entry, end]);
}

/** Numbers of two bytes. */
function shorts(...values: number[]): Buffer {
  const bytes = Buffer.alloc(2 * values.length);
  values.forEach((value, index) => {
    bytes.writeUInt16LE(value, 2 * index);
  });
  return bytes;
}

/** Numbers of four bytes. */
function longs(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  values.forEach((value, index) => {
    bytes.writeUInt32LE(value, 4 * index);
  });
  return bytes;
}
