import { beforeEach, describe, expect, it } from 'vitest';
import { cannotWrite } from '#adapters/sqlite/store-errors.ts';
import { StoreWatch } from '#adapters/sqlite/store-watch.ts';

const sqliteError = (errcode: number) => Object.assign(new Error('of SQLite'), { code: 'ERR_SQLITE_ERROR', errcode });
const full = cannotWrite('/data/starling.db', sqliteError(13));

let now: number;
let lines: [string, string, unknown][];
let counts: [string, unknown, number | undefined][];
let watch: StoreWatch;

beforeEach(() => {
  now = 1_000_000;
  lines = [];
  counts = [];
  watch = new StoreWatch({
    log: {
      error: (message, fields) => lines.push(['error', message, fields]),
      info: (message, fields) => lines.push(['info', message, fields]),
    },
    metrics: { count: (name, labels, by) => counts.push([name, labels, by]) },
    monotonic: () => now,
  });
});

describe('a store that cannot write', () => {
  it('is told at once, then once a minute with how much was refused', () => {
    for (let second = 0; second < 150; second++, now += 1_000) watch.failed(full, 10);
    expect(lines.map(([level, , fields]) => [level, fields])).toEqual([
      ['error', { error: full, refused: 10 }],
      ['error', { error: full, refused: 610 }],
      ['error', { error: full, refused: 1_210 }],
    ]);
  });

  it('counts everything that was refused, by its reason', () => {
    watch.failed(full, 3);
    for (const errcode of [778, 8, 5, 4874, 1]) watch.failed(cannotWrite('file', sqliteError(errcode)), 1);
    const reasons = counts.map(([name, labels, by]) => [name, labels, by]);
    expect(reasons).toEqual([
      ['starling_store_write_failures_total', { reason: 'full' }, 3],
      ['starling_store_write_failures_total', { reason: 'disk' }, 1],
      ['starling_store_write_failures_total', { reason: 'disk' }, 1],
      ['starling_store_write_failures_total', { reason: 'locked' }, 1],
      ['starling_store_write_failures_total', { reason: 'full' }, 1],
      ['starling_store_write_failures_total', { reason: 'other' }, 1],
    ]);
  });

  it('has a number of all that was refused, which only grows', () => {
    watch.failed(full, 3);
    now += 60_000;
    watch.succeeded();
    watch.failed(full, 1);
    expect(watch.refused).toBe(4);
  });

  it('says once that it writes again, when nothing has failed for some seconds', () => {
    watch.failed(full, 1);
    now += 2_000;
    watch.succeeded();
    now += 1_000;
    watch.failed(full, 1);
    now += 5_000;
    watch.succeeded();
    watch.succeeded();
    expect(lines.slice(1)).toEqual([['info', 'the store writes again', { refused: 2, seconds: 3 }]]);
    watch.failed(full, 1);
    expect(lines).toHaveLength(3);
  });

  it('has nothing to say while all is well', () => {
    watch.succeeded();
    expect(lines).toEqual([]);
  });
});

it('a checkpoint that fails is told at once and then once a minute, and counted', () => {
  for (let second = 0; second < 90; second++, now += 1_000) watch.checkpointFailed(full);
  expect(lines).toHaveLength(2);
  expect(lines[0]).toEqual(['error', expect.stringContaining('write-ahead log'), { error: full }]);
  expect(counts).toHaveLength(90);
  expect(counts[0]?.slice(0, 2)).toEqual(['starling_store_checkpoint_failures_total', { reason: 'full' }]);
});

it('what a person reads says what to do', () => {
  expect(full.message).toBe('There is no room left for /data/starling.db: free space on its disk.');
  expect(cannotWrite('f', sqliteError(778)).message).toContain('ulimit -f');
  expect(cannotWrite('f', sqliteError(5)).message).toContain('Another process');
  expect(cannotWrite('f', sqliteError(8)).message).toContain('the rights of the folder');
});
