import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { databaseFile, syncFolder } from '../folder.ts';
import { restoringMark } from '../folder-state.ts';
import { keyNames } from './key-files.ts';

/** Files that SQLite keeps beside a database. They must never be used with another database. */
const besides = ['-wal', '-shm', '-journal'];

/**
 * Moves a mesh's files in the data folder aside and moves the unpacked files into their place. This takes several
 * steps, so a mark file is in the folder meanwhile, and no mesh starts with it. A crash leaves the old files, the new
 * or the mark.
 *
 * @returns the folder with the previous files. Undefined: there were none.
 */
export function exchange(folder: string, unpacked: string, now: Date): string | undefined {
  const mark = restoringMark(folder);
  closeSync(openSync(mark, 'a', 0o600));
  syncFolder(folder);
  const replaced = moveAside(folder, now);
  for (const name of [...keyNames, path.basename(databaseFile(folder))]) {
    move(name, unpacked, folder);
  }
  syncFolder(folder);
  rmSync(mark);
  syncFolder(folder);
  return replaced;
}

function moveAside(folder: string, now: Date): string | undefined {
  const database = path.basename(databaseFile(folder));
  const names = [...besides.map((end) => `${database}${end}`), database, ...keyNames];
  if (!names.some((name) => existsSync(path.join(folder, name)))) return undefined;
  const aside = path.join(folder, `replaced-${now.toISOString().replaceAll(':', '-')}`);
  mkdirSync(aside, { mode: 0o700 });
  for (const name of names) move(name, folder, aside);
  syncFolder(aside);
  return aside;
}

function move(name: string, from: string, to: string): void {
  const source = path.join(from, name);
  if (existsSync(source)) renameSync(source, path.join(to, name));
}
