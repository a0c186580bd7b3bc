import { inflateRawSync } from 'node:zlib';
import { StarlingError } from '#shared/errors.ts';

/** A file in a ZIP archive. */
export interface ZipFile {
  readonly name: string;
  /** Bytes. */
  readonly size: number;
  /** Bytes in the archive. */
  readonly packed: number;
  content(): Buffer;
}

/** The bytes are no ZIP archive, or an archive with features that the packages of Lambda do not use. */
export class ZipError extends StarlingError {
  constructor(message: string) {
    super('ZIP', message);
  }
}

/** https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3 */
const END = { signature: 0x06054b50, size: 22, entries: 10, directory: 16 } as const;
const ENTRY = {
  signature: 0x02014b50,
  size: 46,
  method: 10,
  packed: 20,
  unpacked: 24,
  name: 28,
  extra: 30,
  comment: 32,
  local: 42,
} as const;
const LOCAL = { size: 30, name: 26, extra: 28 } as const;
const STORED = 0;
const DEFLATED = 8;

/**
 * The files of an archive, in its order. The directory at the end of the archive has the place of each file.
 *
 * @throws ZipError
 */
export function filesOfZip(zip: Buffer): ZipFile[] {
  const end = zip.lastIndexOf(littleEndian(END.signature));
  if (end < 0 || end + END.size > zip.length) throw new ZipError('This is no ZIP archive: it has no directory.');
  const count = zip.readUInt16LE(end + END.entries);
  const files: ZipFile[] = [];
  let at = zip.readUInt32LE(end + END.directory);
  while (files.length < count) {
    if (at + ENTRY.size > end || zip.readUInt32LE(at) !== ENTRY.signature)
      throw new ZipError('The directory of this ZIP archive is broken.');
    const nameLength = zip.readUInt16LE(at + ENTRY.name);
    const name = zip.toString('utf8', at + ENTRY.size, at + ENTRY.size + nameLength);
    const entry = at;
    const packed = zip.readUInt32LE(entry + ENTRY.packed);
    files.push({
      name,
      size: zip.readUInt32LE(entry + ENTRY.unpacked),
      packed,
      content: () =>
        unpack(
          name,
          zip.readUInt16LE(entry + ENTRY.method),
          dataOf(zip, zip.readUInt32LE(entry + ENTRY.local), packed),
        ),
    });
    at += ENTRY.size + nameLength + zip.readUInt16LE(at + ENTRY.extra) + zip.readUInt16LE(at + ENTRY.comment);
  }
  return files;
}

function dataOf(zip: Buffer, local: number, packed: number): Buffer {
  const start = local + LOCAL.size + zip.readUInt16LE(local + LOCAL.name) + zip.readUInt16LE(local + LOCAL.extra);
  return zip.subarray(start, start + packed);
}

function unpack(name: string, method: number, data: Buffer): Buffer {
  if (method === STORED) return data;
  if (method === DEFLATED) return inflateRawSync(data);
  throw new ZipError(`${name} is packed in a way that is not read here (method ${method}).`);
}

function littleEndian(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}
