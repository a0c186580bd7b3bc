import { closeSync, fstatSync, openSync, readFileSync, readSync, statSync, truncateSync, writeSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';

/** The size of a page of a mesh's database. */
export const PAGE = 8192;

/** Turns every bit of `length` bytes from `offset` on; behind the end it counts from there. */
export function flip(file: string, offset: number, length: number): void {
  const descriptor = openSync(file, 'r+');
  try {
    const at = offset < 0 ? fstatSync(descriptor).size + offset : offset;
    const bytes = Buffer.alloc(length);
    const read = readSync(descriptor, bytes, 0, length, at);
    for (let i = 0; i < read; i++) bytes[i] = ~(bytes[i] ?? 0) & 0xff;
    writeSync(descriptor, bytes, 0, read, at);
  } finally {
    closeSync(descriptor);
  }
}

export function cutTo(file: string, share: number): void {
  truncateSync(file, Math.floor(statSync(file).size * share));
}

/** The pages of a table or an index, the root first, of a database that nobody has open. */
export function pagesOf(file: string, name: string): readonly number[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const pages = database.prepare("SELECT pageno FROM dbstat WHERE name = ? AND pagetype <> 'overflow'").all(name);
    return pages.map(({ pageno }) => Number(pageno));
  } finally {
    database.close();
  }
}

/** Makes a page what no page is. */
export function damagePage(file: string, page: number): void {
  flip(file, (page - 1) * PAGE, PAGE);
}

/** The frames in a write-ahead log. */
export function framesIn(log: string): number {
  return Math.floor((readFileSync(log).length - 32) / (24 + PAGE));
}

/** Where a frame of a write-ahead log begins, counted from 0. */
export function frameAt(frame: number): number {
  return 32 + frame * (24 + PAGE);
}
