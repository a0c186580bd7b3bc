import { afterEach, beforeEach, expect, it } from 'vitest';
import { latestTime } from '#adapters/sqlite/latest-time.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';

const clock = new TestClock();
let sqlite: SqliteAdapters;
beforeEach(async () => {
  sqlite = await openSqlite(clock);
});
afterEach(() => sqlite.remove());

it('is none in a new database', () => {
  expect(latestTime(sqlite.database)).toBe(0);
});

it.for<[string, () => Promise<unknown>]>([
  ['an event', () => sqlite.bus.put([{ source: 'test', detailType: 'Tested', detail: {} }])],
  [
    'a message',
    async () => {
      await sqlite.queue.create('some', { visibilityTimeout: 30 });
      return sqlite.queue.send('some', [{ body: 'hello' }]);
    },
  ],
  [
    'a record',
    async () => {
      await sqlite.stream.create('some', 1);
      return sqlite.stream.put('some', [{ partitionKey: 'key', data: new Uint8Array([1]) }]);
    },
  ],
])('is when the newest was written: %s', async ([, write]) => {
  clock.advance(3_600);
  await write();
  expect(latestTime(sqlite.database)).toBe(clock.now());
});

it('does not believe what a producer says of the time', async () => {
  clock.advance(3_600);
  const time = clock.now() + 1_000_000_000;
  await sqlite.bus.put([{ source: 'test', detailType: 'Tested', detail: {}, time }]);
  expect(latestTime(sqlite.database)).toBe(clock.now());
});
