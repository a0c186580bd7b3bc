import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { TimedRows } from '#adapters/sqlite/retention/timed-rows.ts';
import { openDatabase } from '#test/support/fixtures.ts';

const MEGABYTE = 2 ** 20;

describe('TimedRows', () => {
  let opened: ReturnType<typeof openDatabase>;
  let rows: TimedRows;
  beforeEach(() => {
    opened = openDatabase();
    const columns = { table: 'quarantine', key: 'position', time: 'time', size: 'octet_length(event)' };
    rows = new TimedRows(opened.database, { ...columns, keepsNewest: true });
  });
  afterEach(() => opened.close());

  const insert = (times: readonly number[], bytes = 1) =>
    opened.database.write(() => {
      const statement = opened.database.prepare("INSERT INTO quarantine (time, reason, event) VALUES (?, '', ?)");
      for (const time of times) statement.run(time, 'x'.repeat(bytes));
    });
  async function pieces(upTo: number): Promise<number[]> {
    const done: number[] = [];
    for (let next: number | undefined = upTo; next !== undefined; ) {
      const step = await opened.database.write(() => rows.deleteUpTo(upTo));
      done.push(step.pruned);
      next = step.next;
    }
    return done;
  }

  it('finds the last row before a time, over gaps, and never the newest', async () => {
    expect([rows.first(), rows.last(), rows.lastBefore(1)]).toEqual([undefined, undefined, undefined]);
    await insert([10, 20, 20, 30, 40, 50, 60]);
    opened.database.prepare('DELETE FROM quarantine WHERE position IN (3, 5)').run();
    expect([5, 10, 11, 20, 21, 31, 50, 51, 100].map((time) => rows.lastBefore(time))).toEqual([
      undefined,
      undefined,
      1,
      1,
      2,
      4,
      4,
      6,
      6,
    ]);
  });

  it('takes no row to be younger than one that came later, as the clock may have been set back', async () => {
    await insert([900, 900, 10, 20, 30, 40, 900, 50, 60, 70, 80]);
    expect(rows.lastBefore(55)).toBe(8);
    expect(rows.timeAt(0)).toBe(10);
    expect(rows.timeAt(0.7)).toBe(50);
  });

  it('tells the time at a share of what may go', async () => {
    await insert([10]);
    expect(rows.timeAt(0.5)).toBeUndefined();
    await insert([20, 30, 40, 50, 60]);
    expect([0, 0.5, 1].map((share) => rows.timeAt(share))).toEqual([10, 30, 50]);
  });

  it('deletes few rows at once, and fewer large ones', async () => {
    await insert(Array.from({ length: 4_501 }, (_, time) => time));
    expect(await pieces(4_500)).toEqual([2_000, 2_000, 500]);
    await insert([1, 2, 3, 4, 5, 6], MEGABYTE);
    const large = await pieces(4_506);
    expect(large.reduce((sum, count) => sum + count, 0)).toBe(6);
    expect(Math.max(...large)).toBeLessThanOrEqual(3);
  });
});
