import { createHash } from 'node:crypto';
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { backUp } from '#adapters/sqlite/backup/back-up.ts';
import { TRAILER_BYTES, trailer } from '#adapters/sqlite/backup/format.ts';
import { restore } from '#adapters/sqlite/backup/restore.ts';
import { Database } from '#adapters/sqlite/database.ts';
import { damagePage, flip, pagesOf } from '#test/support/damage.ts';
import { TestClock, temporaryFolder } from '#test/support/fixtures.ts';
import { contentOf, countIn, keys, makeMeshFolder } from './mesh-folder.ts';

const clock = new TestClock();
const place = temporaryFolder();
const good = path.join(place, 'good.backup');
const takenAt = new Date(clock.now()).toISOString();

beforeAll(async () => {
  const source = path.join(place, 'source');
  await makeMeshFolder(source, 30);
  await backUp({ folder: source, file: good, force: false, clock });
});
afterAll(() => rmSync(place, { recursive: true, force: true }));

let work: string;
let file: string;
let folder: string;
beforeEach(() => {
  work = temporaryFolder();
  file = path.join(work, 'mesh.backup');
  copyFileSync(good, file);
  folder = path.join(work, 'data');
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

const run = (options: { force?: boolean } = {}) => restore({ file, folder, force: false, clock, ...options });

/** Changes the backup, and gives it a digest that fits. */
function rewrite(change: () => void): void {
  truncateSync(file, statSync(file).size - TRAILER_BYTES);
  change();
  appendFileSync(file, trailer(createHash('sha256').update(readFileSync(file)).digest()));
}

function execute(sql: string): void {
  const sqlite = new DatabaseSync(file);
  sqlite.exec(sql);
  sqlite.close();
}

describe('a restore', () => {
  it('makes a data folder as a mesh has it, for its owner only', async () => {
    expect(await run()).toEqual({ folder, takenAt, tasks: 30, events: 30 });
    const { 'starling.db': database, lock, ...others } = contentOf(folder);
    expect(others).toEqual(
      Object.fromEntries(Object.entries(keys).map(([name, bytes]) => [name, { mode: '600', bytes }])),
    );
    expect(database?.mode).toBe('600');
    for (const made of [folder, path.join(folder, 'secrets')]) expect(statSync(made).mode & 0o777).toBe(0o700);
    expect(lock?.bytes).toBe('');
    // The keys stand in their files only, and it is a backup no more.
    expect(database?.bytes).not.toContain('s3cret');
    const opened = Database.open(folder);
    await opened.close();
    expect(countIn(folder)).toEqual({ tasks: 30, events: 30 });
  });

  it('goes into a folder that has a lock and keys, but no database yet', async () => {
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'aws-credentials.json'), 'of npx starling env');
    const { replaced } = await run();
    expect(readFileSync(path.join(folder, 'aws-credentials.json'), 'utf8')).toBe(keys['aws-credentials.json']);
    expect(readFileSync(path.join(replaced ?? '', 'aws-credentials.json'), 'utf8')).toBe('of npx starling env');
  });

  it('replaces a database only when told to, and moves all of it aside', async () => {
    await makeMeshFolder(folder, 3);
    writeFileSync(path.join(folder, 'secrets/another'), 'old');
    writeFileSync(path.join(folder, 'starling.db-wal'), 'a log');
    const before = contentOf(folder);
    await expect(run()).rejects.toThrow(/holds a database already.*--force/);
    expect(contentOf(folder)).toEqual(before);

    const { replaced = expect.fail('nothing was replaced') } = await run({ force: true });
    const { lock, ...old } = before;
    expect(lock).toBeDefined();
    expect(contentOf(replaced)).toEqual(old);
    expect(countIn(folder)).toEqual({ tasks: 30, events: 30 });
    expect(existsSync(path.join(folder, 'secrets/another'))).toBe(false);
    expect(existsSync(path.join(folder, 'starling.db-wal'))).toBe(false);
  });

  it('removes what an interrupted one left', async () => {
    mkdirSync(path.join(folder, '.restoring-before/secrets'), { recursive: true });
    writeFileSync(path.join(folder, '.restoring-before/starling.db'), 'half');
    writeFileSync(path.join(folder, 'restoring'), '');
    await run();
    expect(readdirSync(folder).toSorted()).toEqual([
      'aws-credentials.json',
      'client.json',
      'lock',
      'secrets',
      'starling.db',
    ]);
  });
});

describe('a restore that cannot be', () => {
  it('is told while a mesh has the folder open', async () => {
    const database = Database.open(folder);
    await expect(run({ force: true })).rejects.toThrow(/Another process has the data folder/);
    await database.close();
  });

  it.each<[what: string, damage: () => void, message: RegExp]>([
    ['that is not there', () => rmSync(file), /cannot be read.*no such file/],
    [
      'that is a folder',
      () => {
        rmSync(file);
        mkdirSync(file);
      },
      /mesh\.backup/,
    ],
    ['that is empty', () => truncateSync(file, 0), /is no backup of a mesh/],
    ['that is garbage', () => writeFileSync(file, 'garbage '.repeat(5_000)), /is no backup of a mesh/],
    ['that is a database of a mesh', () => copyFileSync(path.join(place, 'source/starling.db'), file), /is no backup/],
    ['that lacks its last byte', () => truncateSync(file, statSync(file).size - 1), /was cut off/],
    ['that lacks its end', () => truncateSync(file, statSync(file).size - TRAILER_BYTES), /was cut off/],
    ['that is cut to half', () => truncateSync(file, statSync(file).size / 2), /was cut off/],
    ['that ends behind its header', () => truncateSync(file, 101), /was cut off/],
    ['with something behind it', () => appendFileSync(file, 'x'), /was cut off/],
    ['of a newer Starling', () => rewrite(() => execute('PRAGMA user_version = 999')), /newer Starling.*999/],
    [
      'that does not say what it holds',
      () => rewrite(() => execute('DELETE FROM starling_backup')),
      /does not say what it holds/,
    ],
    [
      'that would write elsewhere',
      () => rewrite(() => execute("UPDATE starling_backup_files SET path = '../outside' WHERE path = 'client.json'")),
      /a file that no mesh has/,
    ],
    [
      'that was made of a page that is none',
      () => rewrite(() => damagePage(file, pagesOf(file, 'events').at(-1) ?? expect.fail('no page'))),
      /is damaged/,
    ],
  ])('is told of a backup %s, and leaves the folder as it was', async (_, damage, message) => {
    damage();
    await makeMeshFolder(folder, 3);
    const before = contentOf(folder);
    await expect(run({ force: true })).rejects.toThrow(message);
    expect(contentOf(folder)).toEqual(before);
    expect(existsSync(path.join(work, 'outside'))).toBe(false);
  });

  it('is told of a single byte that has changed, wherever it is', async () => {
    const size = statSync(file).size;
    for (let at = 3; at < size; at += Math.floor(size / 40)) {
      copyFileSync(good, file);
      flip(file, at, 1);
      await expect(run()).rejects.toMatchObject({ code: 'BACKUP' });
      expect(existsSync(path.join(folder, 'starling.db'))).toBe(false);
    }
  });
});
