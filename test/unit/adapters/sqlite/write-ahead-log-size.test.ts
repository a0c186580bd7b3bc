import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDatabase } from '#test/support/fixtures.ts';

const MEGABYTE = 2 ** 20;

describe('the write-ahead log', () => {
  let opened: ReturnType<typeof openDatabase>;
  beforeEach(() => {
    opened = openDatabase();
  });
  afterEach(() => opened.close());

  it('grows while somebody reads an older state, and is cut once that one has gone', { timeout: 60_000 }, async () => {
    const { database } = opened;
    const size = () => statSync(`${database.file}-wal`).size;
    const overwrite = database.prepare(
      'INSERT OR REPLACE INTO quarantine (position, time, reason, event) VALUES (1, 1, ?, ?)',
    );
    const write = async (megabytes: number) => {
      const text = 'x'.repeat(MEGABYTE);
      for (let written = 0; written < megabytes; written++) await database.write(() => overwrite.run('', text));
    };
    await write(10);
    const reader = new DatabaseSync(database.file, { readOnly: true });
    reader.exec('BEGIN');
    reader.prepare('SELECT count(*) FROM quarantine').get();
    await write(200);
    expect(size()).toBeGreaterThan(190 * MEGABYTE);
    reader.close();
    // The next checkpoint comes after so many batches.
    for (let batch = 0; batch < 1_000 && size() > 140 * MEGABYTE; batch++) {
      await database.write(() => overwrite.run('', 'x'));
    }
    expect(size()).toBeLessThanOrEqual(140 * MEGABYTE);
  });
});
