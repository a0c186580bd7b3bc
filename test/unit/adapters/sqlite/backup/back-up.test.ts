import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Backup, backUp } from '#adapters/sqlite/backup/back-up.ts';
import { Database } from '#adapters/sqlite/database.ts';
import { damagePage, flip, pagesOf } from '#test/support/damage.ts';
import { TestClock, temporaryFolder } from '#test/support/fixtures.ts';
import { addEvents, contentOf, keys, makeMeshFolder } from './mesh-folder.ts';

let place: string;
let folder: string;
let target: string;
let file: string;
const clock = new TestClock();

beforeEach(async () => {
  place = temporaryFolder();
  folder = path.join(place, 'data');
  target = path.join(place, 'backups');
  mkdirSync(target);
  file = path.join(target, 'mesh.backup');
  await makeMeshFolder(folder, 30);
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const make = (options: { force?: boolean; folder?: string; file?: string } = {}): Promise<Backup> =>
  backUp({ folder, file, force: false, clock, ...options });

/** What a backup holds, by its own words and by what can be counted. */
function inside(of = file) {
  const sqlite = new DatabaseSync(of, { readOnly: true });
  try {
    const count = (table: string) => Number(sqlite.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);
    return {
      check: sqlite.prepare('PRAGMA integrity_check').get()?.integrity_check,
      tasks: count('tasks'),
      events: count('events'),
      keys: Object.fromEntries(
        sqlite
          .prepare('SELECT path, content FROM starling_backup_files')
          .all()
          .map((row) => [row.path, Buffer.from(row.content as Uint8Array).toString()]),
      ),
    };
  } finally {
    sqlite.close();
  }
}

/** What a crash leaves, with 5 events that only the log of writes holds. */
async function crash(): Promise<string> {
  const database = Database.open(folder);
  await addEvents(database, 5);
  const crashed = path.join(place, 'crashed');
  mkdirSync(crashed);
  for (const end of ['', '-wal']) {
    writeFileSync(path.join(crashed, `starling.db${end}`), readFileSync(path.join(folder, `starling.db${end}`)));
  }
  await database.close();
  return crashed;
}

describe('a backup', () => {
  it('is one file for its owner only, with the database and the keys', async () => {
    const made = await make();
    expect(made).toEqual({
      file,
      takenAt: new Date(clock.now()).toISOString(),
      tasks: 30,
      events: 30,
      bytes: statSync(file).size,
    });
    expect(inside()).toEqual({ check: 'ok', tasks: 30, events: 30, keys });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(target)).toEqual(['mesh.backup']);
  });

  it('leaves the data folder as it was', async () => {
    const before = readFileSync(path.join(folder, 'starling.db'));
    await make();
    expect(readFileSync(path.join(folder, 'starling.db'))).toEqual(before);
    const database = Database.open(folder);
    await database.close();
    expect(readdirSync(folder).toSorted()).toEqual([
      'aws-credentials.json',
      'client.json',
      'lock',
      'secrets',
      'starling.db',
    ]);
  });

  it('leaves the log of a crash as it was', async () => {
    const crashed = await crash();
    const before = contentOf(crashed)['starling.db-wal'];
    await make({ folder: crashed });
    expect(contentOf(crashed)['starling.db-wal']).toEqual(before);
  });

  it('is of one moment while the mesh writes, and keeps nobody from it', async () => {
    const database = Database.open(folder);
    let writing = true;
    let written = 30;
    const load = (async () => {
      while (writing) {
        await addEvents(database, 1);
        written++;
      }
    })();
    for (let i = 0; i < 10; i++) {
      const acknowledged = written;
      const made = await make({ force: true });
      expect(made.events).toBeGreaterThanOrEqual(acknowledged);
      expect(inside()).toMatchObject({ check: 'ok', tasks: made.events, events: made.events });
    }
    writing = false;
    await load;
    expect(written).toBeGreaterThan(30);
    await database.close();
  });

  it('has what only the log of writes holds, also after a crash', async () => {
    expect(await make({ folder: await crash() })).toMatchObject({ events: 35 });
    expect(inside()).toMatchObject({ tasks: 35, keys: {} });
  });

  it('leaves out what is being written', async () => {
    writeFileSync(path.join(folder, 'secrets', '.token-signing-keys.1234'), 'half');
    await make();
    expect(Object.keys(inside().keys).toSorted()).toEqual(Object.keys(keys).toSorted());
  });
});

describe('a backup that cannot be', () => {
  afterEach(() => {
    // Nothing that looks like one, and nothing half done.
    expect(readdirSync(target).filter((name) => name !== 'mesh.backup')).toEqual([]);
  });

  it('overwrites nothing unless told to', async () => {
    writeFileSync(file, 'precious');
    await expect(make()).rejects.toThrow(/mesh\.backup is there already.*--force/);
    expect(readFileSync(file, 'utf8')).toBe('precious');
    await make({ force: true });
    expect(inside()).toMatchObject({ events: 30 });
  });

  it('keeps the old one when the new one fails', async () => {
    await make();
    const before = readFileSync(file);
    truncateSync(path.join(folder, 'starling.db'), 3 * 8192);
    await expect(make({ force: true })).rejects.toMatchObject({ code: 'BACKUP' });
    expect(readFileSync(file)).toEqual(before);
  });

  it.each([
    ['a folder', () => make({ file: target }), /backups is a folder/],
    ['in no folder', () => make({ file: path.join(target, 'none/x') }), /no folder .*none for the backup/],
    ['of no mesh', () => make({ folder: path.join(place, 'none') }), /no mesh's database in .*none.*--data/],
  ])('says so: %s', async (_, making, message) => {
    await expect(making()).rejects.toThrow(message);
  });

  it.each([
    ['a newer Starling', 'PRAGMA user_version = 999', /newer Starling/],
    ['a mesh that never started', 'PRAGMA user_version = 0', /never started/],
  ])('says so: of %s', async (_, sql, message) => {
    const sqlite = new DatabaseSync(path.join(folder, 'starling.db'));
    sqlite.exec(sql);
    sqlite.close();
    await expect(make()).rejects.toThrow(message);
  });

  it('says so: of a log of writes that SQLite would take for empty', async () => {
    const crashed = await crash();
    flip(path.join(crashed, 'starling.db-wal'), 8, 1);
    await expect(make({ folder: crashed })).rejects.toThrow(/starling\.db-wal is damaged/);
  });

  it('is made of a mesh that runs, which needs no header of its log any more', async () => {
    const database = Database.open(folder);
    await addEvents(database, 5);
    flip(path.join(folder, 'starling.db-wal'), 8, 1);
    expect(await make()).toMatchObject({ events: 35 });
    rmSync(file);
    await database.close();
  });

  it('says so: of a folder whose restore did not end', async () => {
    writeFileSync(path.join(folder, 'restoring'), '');
    await expect(make()).rejects.toThrow(/A restore into .* was interrupted/);
  });

  it.each(['starling.db', 'client.json', 'secrets/token-signing-keys'])(
    "takes no place of what is the mesh's: %s",
    async (name) => {
      const before = contentOf(folder);
      await expect(make({ file: path.join(folder, name), force: true })).rejects.toThrow(/is the mesh's own/);
      expect(contentOf(folder)).toEqual(before);
    },
  );

  it('may stand in the data folder, and take the place of an older one', async () => {
    for (const force of [false, true]) await make({ file: path.join(folder, 'mesh.backup'), force });
    expect(inside(path.join(folder, 'mesh.backup'))).toMatchObject({ events: 30 });
  });

  it('takes no place of what is no file, such as a device', async () => {
    const pipe = path.join(place, 'pipe');
    execFileSync('mkfifo', [pipe]);
    await expect(make({ file: pipe, force: true })).rejects.toThrow(/pipe is no file/);
  });

  it('says so: of a damaged database', async () => {
    const database = path.join(folder, 'starling.db');
    damagePage(database, pagesOf(database, 'events').at(-1) ?? expect.fail('no page'));
    await expect(make()).rejects.toThrow(/starling\.db is damaged.*no backup was made/);
    writeFileSync(database, 'garbage '.repeat(5_000));
    await expect(make()).rejects.toThrow(/cannot be read: file is not a database/);
  });
});
