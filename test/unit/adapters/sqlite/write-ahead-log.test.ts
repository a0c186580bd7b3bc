import { copyFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readLeftLog } from '#adapters/sqlite/write-ahead-log.ts';
import { flip, frameAt, framesIn } from '#test/support/damage.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

const ROWS = 10;
let folder: string;
let file: string;
let log: string;

/** A database of 8 KB pages and its log as a crash leaves them: copies, made while it is open. */
beforeEach(() => {
  folder = temporaryFolder();
  const live = path.join(folder, 'live.db');
  const writer = new DatabaseSync(live);
  writer.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0');
  writer.exec('CREATE TABLE t (text TEXT)');
  // A log that has begun anew has frames of the one before behind its own.
  for (let row = 0; row < 3 * ROWS; row++) writer.prepare('INSERT INTO t VALUES (?)').run('x'.repeat(5_000));
  writer.exec('PRAGMA wal_checkpoint(RESTART); DELETE FROM t');
  writer.exec('PRAGMA wal_checkpoint(RESTART)');
  for (let row = 0; row < ROWS; row++) writer.prepare('INSERT INTO t VALUES (?)').run(`${row}`.repeat(5_000));
  file = path.join(folder, 'left.db');
  log = `${file}-wal`;
  copyFileSync(live, file);
  copyFileSync(`${live}-wal`, log);
  writer.close();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What SQLite makes of it. */
function open(): { taken: number; rows: number } {
  const sqlite = new DatabaseSync(file);
  try {
    const taken = Number(sqlite.prepare('PRAGMA wal_checkpoint(NOOP)').get()?.log);
    return { taken, rows: Number(sqlite.prepare('SELECT count(*) AS n FROM t').get()?.n) };
  } finally {
    // As a crash would: the log stays.
    copyFileSync(log, `${log}-kept`);
    sqlite.close();
    copyFileSync(`${log}-kept`, log);
  }
}

function look() {
  const left = readLeftLog(log);
  const { taken, rows } = open();
  return { header: left?.header, taken, rows, leftOut: left?.framesLeftOut(taken) };
}

describe('a log that was left', () => {
  it('is whole after a crash, whatever lies behind its end', () => {
    const { taken, ...found } = look();
    expect(found).toEqual({ header: 'whole', rows: ROWS, leftOut: 0 });
    expect(framesIn(log)).toBeGreaterThan(taken);
  });

  it('may end in the middle of a frame', () => {
    const { taken } = look();
    for (const bytes of [1, 24, 25, 4_000]) {
      truncateSync(log, frameAt(taken - 1) + bytes);
      expect(look()).toMatchObject({ header: 'whole', rows: ROWS - 1, leftOut: 0 });
    }
  });

  it('may end in the middle of a transaction of several frames', () => {
    const sqlite = new DatabaseSync(file);
    const before = framesIn(log);
    sqlite.exec('BEGIN; INSERT INTO t SELECT text FROM t; COMMIT');
    copyFileSync(log, `${log}-kept`);
    const taken = Number(sqlite.prepare('PRAGMA wal_checkpoint(NOOP)').get()?.log);
    sqlite.close();
    copyFileSync(`${log}-kept`, log);
    expect(framesIn(log)).toBeGreaterThanOrEqual(before);
    truncateSync(log, frameAt(taken - 2));
    expect(look()).toMatchObject({ header: 'whole', rows: ROWS, leftOut: 0 });
  });

  it('says how many frames are lost behind one that is not whole', () => {
    const { taken } = look();
    flip(log, frameAt(taken - 4) + 5_000, 1);
    const found = look();
    expect(found.rows).toBeLessThan(ROWS);
    expect(found).toMatchObject({ header: 'whole', leftOut: 3 });
  });

  it('lacks nothing when what was rolled back lies behind its end, as after a full disk', () => {
    const live = path.join(folder, 'full.db');
    const writer = new DatabaseSync(live);
    // So small a cache writes frames before the transaction ends.
    writer.exec(
      'PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; PRAGMA cache_size = 5',
    );
    writer.exec('CREATE TABLE t (text TEXT); BEGIN');
    const insert = writer.prepare('INSERT INTO t VALUES (?)');
    for (let row = 0; row < 10 * ROWS; row++) insert.run('x'.repeat(5_000));
    writer.exec('ROLLBACK');
    for (let row = 0; row < ROWS; row++) insert.run(`${row}`.repeat(5_000));
    copyFileSync(live, file);
    copyFileSync(`${live}-wal`, log);
    writer.close();
    const { taken, ...found } = look();
    expect(found).toEqual({ header: 'whole', rows: ROWS, leftOut: 0 });
    expect(framesIn(log)).toBeGreaterThan(taken + 1);
  });

  it.each([0, 8, 16, 28])('is damaged when its header is: byte %d', (byte) => {
    flip(log, byte, 1);
    expect(readLeftLog(log)?.header).toBe('damaged');
    // Which SQLite says nothing of.
    expect(open()).toEqual({ taken: 0, rows: 0 });
  });

  it.each([0, 12, 32])('is none with %d bytes', (bytes) => {
    truncateSync(log, bytes);
    expect(readLeftLog(log)).toBeUndefined();
  });

  it('is none without a file', () => {
    expect(readLeftLog(path.join(folder, 'nothing'))).toBeUndefined();
  });

  it('of words in the other order is read, too', () => {
    // The header of a log that a big-endian machine wrote: https://sqlite.org/fileformat2.html#walformat
    const header = Buffer.alloc(40);
    for (const [index, word] of [0x377f0683, 3_007_000, 8_192, 0, 1, 2].entries())
      header.writeUInt32BE(word, index * 4);
    let [a, b] = [0, 0];
    for (let at = 0; at < 24; at += 8) {
      a = (a + header.readUInt32BE(at) + b) >>> 0;
      b = (b + header.readUInt32BE(at + 4) + a) >>> 0;
    }
    header.writeUInt32BE(a, 24);
    header.writeUInt32BE(b, 28);
    writeFileSync(log, header);
    expect(readLeftLog(log)?.header).toBe('whole');
    expect(statSync(log).size).toBe(40);
  });
});
