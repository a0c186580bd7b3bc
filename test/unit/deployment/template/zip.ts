import { readFileSync } from 'node:fs';

/** A file in a zip archive, with its bytes when it is unpacked. */
export interface Zipped {
  readonly name: string;
  readonly bytes: number;
}

/** The entries of the archive's central directory: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT §4.3.12 */
export function filesOf(archive: string): Zipped[] {
  const zip = readFileSync(archive);
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06'));
  const files: Zipped[] = [];
  let offset = zip.readUInt32LE(end + 16);
  for (let count = zip.readUInt16LE(end + 10); count > 0; count--) {
    const nameLength = zip.readUInt16LE(offset + 28);
    const name = zip.toString('utf8', offset + 46, offset + 46 + nameLength);
    files.push({ name, bytes: zip.readUInt32LE(offset + 24) });
    offset += 46 + nameLength + zip.readUInt16LE(offset + 30) + zip.readUInt16LE(offset + 32);
  }
  return files;
}
