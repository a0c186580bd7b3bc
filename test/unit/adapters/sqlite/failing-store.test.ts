import { rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Checkpointer } from '#adapters/sqlite/checkpointer.ts';
import { Database } from '#adapters/sqlite/database.ts';
import { SqliteEventBus } from '#adapters/sqlite/event-bus.ts';
import { SqliteQueue } from '#adapters/sqlite/queue.ts';
import { TestClock, temporaryFolder } from '#test/support/fixtures.ts';
import { describeOnSmallDisk, SmallDisk } from '#test/support/small-disk.ts';

let folder: string;
let database: Database;
const watch = { failed: vi.fn(), succeeded: vi.fn(), checkpointFailed: vi.fn() };
const fatal = vi.fn();

beforeEach(() => {
  folder = temporaryFolder();
  for (const told of [...Object.values(watch), fatal]) told.mockReset();
  database = Database.open(folder, { watch, onFatal: fatal });
});
afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true, force: true });
});

const large = 'x'.repeat(100_000);
const insert = (reason: string, event = '{}') =>
  database.prepare('INSERT INTO quarantine (time, reason, event) VALUES (0, ?, ?)').run(reason, event);
const count = (table: string) => Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count);

/** SQLite's own limit: at it, every page more is one too many, as on a full disk. */
function leaveNoRoom(): void {
  const pages = Number(database.prepare('PRAGMA page_count').get()?.page_count);
  database.prepare(`PRAGMA max_page_count = ${pages}`).get();
}
function makeRoom(): void {
  database.prepare('PRAGMA max_page_count = 1000000').get();
}

const noRoom = { code: 'STORE_UNAVAILABLE', message: expect.stringContaining('There is no room left') };

describe('a store without room', () => {
  it('refuses the whole batch, since SQLite may have ended its transaction, and tells who watches', async () => {
    leaveNoRoom();
    const all = [database.write(() => insert('small')), database.write(() => insert('large', large))];
    expect(await Promise.allSettled(all)).toMatchObject([
      { status: 'rejected', reason: noRoom },
      { status: 'rejected', reason: noRoom },
    ]);
    expect(count('quarantine')).toBe(0);
    expect(watch.failed.mock.calls).toMatchObject([[noRoom, 2]]);
    expect(watch.succeeded).not.toHaveBeenCalled();
    expect(fatal).not.toHaveBeenCalled();
  });

  it('tells who watches only of what it refused, and not of what failed by itself before', async () => {
    leaveNoRoom();
    const failing = () => {
      throw new Error('of the unit');
    };
    const all = [database.write(failing), database.write(() => insert('large', large))];
    expect(await Promise.allSettled(all)).toMatchObject([
      { status: 'rejected', reason: { message: 'of the unit' } },
      { status: 'rejected', reason: noRoom },
    ]);
    expect(watch.failed.mock.calls).toMatchObject([[noRoom, 1]]);
  });

  it('goes on when there is room', async () => {
    leaveNoRoom();
    await expect(database.write(() => insert('large', large))).rejects.toMatchObject(noRoom);
    makeRoom();
    await database.write(() => insert('large', large));
    expect(count('quarantine')).toBe(1);
    expect(watch.succeeded).toHaveBeenCalled();
  });

  it('can be read', async () => {
    await database.write(() => insert('before'));
    leaveNoRoom();
    await expect(database.write(() => insert('large', large))).rejects.toMatchObject(noRoom);
    expect(await database.read(() => count('quarantine'))).toBe(1);
  });

  it('refuses an event whose fold has no room, instead of going on with its queue outside of the transaction', async () => {
    const clock = new TestClock();
    const queue = new SqliteQueue(database, clock);
    const bus = new SqliteEventBus(database, queue, clock, { account: '000000000000', region: 'us-east-1' });
    await queue.create('fold', { visibilityTimeout: 30 });
    await bus.putRule({ name: 'fold', pattern: { source: ['test'] }, queue: 'fold' });
    bus.inline('fold', {
      apply: () => {
        insert('fold', large);
        return 'done';
      },
      finish: () => {},
      abandon: () => {},
    });
    leaveNoRoom();
    const put = bus.put([{ source: 'test', detailType: 'Tested', detail: {} }]);
    await expect(put).rejects.toMatchObject(noRoom);
    expect([count('events'), count('messages'), count('quarantine')]).toEqual([0, 0, 0]);
  });
});

it('a sync that SQLite itself asked for and the disk refused ends the process too', async () => {
  const refused = database.write(() => {
    throw Object.assign(new Error('disk I/O error'), { code: 'ERR_SQLITE_ERROR', errcode: 1034 });
  });
  const failed = { code: 'STORE_FAILED', message: expect.stringContaining('refused to sync') };
  await expect(refused).rejects.toMatchObject(failed);
  expect(fatal.mock.calls).toMatchObject([[failed]]);
});

describe('a file that turns out to be damaged', () => {
  const corrupt = () => {
    throw Object.assign(new Error('database disk image is malformed'), { code: 'ERR_SQLITE_ERROR', errcode: 267 });
  };
  const failed = { code: 'STORE_FAILED', message: expect.stringContaining('is damaged') };

  it.for<[string, () => unknown]>([
    ['a write', () => database.write(corrupt)],
    ['a lazy write', () => database.writeLazily(corrupt)],
    ['a read', async () => database.read(corrupt)],
  ])('ends the process, whoever finds it: %s', async ([, use]) => {
    const beside = database.write(() => insert('beside'));
    await expect(use()).rejects.toMatchObject(failed);
    await Promise.allSettled([beside]);
    expect(fatal.mock.calls).toMatchObject([[failed]]);
    await expect(database.write(() => insert('more'))).rejects.toMatchObject(failed);
    expect(() => database.read(() => 1)).toThrow('is damaged');
    expect(watch.failed).not.toHaveBeenCalled();
  });
});

describe('a checkpoint that fails', () => {
  it('is told, and another may be tried', { timeout: 20_000 }, async () => {
    const failed = vi.fn();
    const checkpointer = new Checkpointer(path.join(folder, 'nowhere', 'starling.db'), failed);
    checkpointer.start();
    checkpointer.start();
    await vi.waitFor(() => expect(failed).toHaveBeenCalledTimes(1), { timeout: 10_000 });
    expect(failed.mock.calls[0]?.[0]).toMatchObject({ code: 'ERR_SQLITE_ERROR', errcode: 14 });
    checkpointer.start();
    await vi.waitFor(() => expect(failed).toHaveBeenCalledTimes(2), { timeout: 10_000 });
    await checkpointer.stop();
  });
});

describeOnSmallDisk('a disk that stays full', { timeout: 60_000 }, () => {
  it('takes what the database has room for: the write-ahead log is moved there, and begins anew', async () => {
    const disk = new SmallDisk(8_000);
    const data = path.join(disk.folder, 'data');
    let onDisk = Database.open(data);
    const overwrite = () =>
      onDisk.write(() =>
        onDisk
          .prepare("INSERT OR REPLACE INTO quarantine (position, time, reason, event) VALUES (1, 0, '', ?)")
          .run(large),
      );
    try {
      for (let i = 0; i < 3; i++) await overwrite();
      // Which has the file of the database grow to what it needs.
      await onDisk.close();
      onDisk = Database.open(data, { watch });
      for (let i = 0; i < 5; i++) await overwrite();
      disk.fill();
      for (let i = 0; i < 30; i++) {
        await vi.waitFor(overwrite, { timeout: 10_000, interval: 20 });
      }
      expect(watch.failed).toHaveBeenCalled();
      expect(watch.checkpointFailed).not.toHaveBeenCalled();
    } finally {
      await onDisk.close();
      disk.remove();
    }
  });
});
