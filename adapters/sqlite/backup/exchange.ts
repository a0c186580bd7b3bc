import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { databaseFile, syncFolder } from '../folder.ts';
import { restoringMark } from '../folder-state.ts';
import { keyNames } from './key-files.ts';

/** What SQLite keeps beside a database: none of it may meet another one. */
const besides = ['-wal', '-shm', '-journal'];

/**
 * Moves what a mesh has in its data folder aside, and what was unpacked into its place. There is no one step for that, so a
 * mark stands in the folder meanwhile, with which no mesh starts: a crash leaves the old, the new, or the mark.
 *
 * @returns the folder that holds what was there before, undefined when there was nothing.
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
