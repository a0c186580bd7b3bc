import { afterEach, beforeEach, expect, it } from 'vitest';
import { latestTime } from '#adapters/sqlite/latest-time.ts';
import { type Embedded, openEmbedded } from '#test/support/embedded.ts';
import { TestClock } from '#test/support/fixtures.ts';

const clock = new TestClock();
let embedded: Embedded;
beforeEach(async () => {
  embedded = await openEmbedded(clock);
});
afterEach(() => embedded.remove());

it('is none in a new database', () => {
  expect(latestTime(embedded.database)).toBe(0);
});

it.for<[string, () => Promise<unknown>]>([
  ['an event', () => embedded.bus.put([{ source: 'test', detailType: 'Tested', detail: {} }])],
  [
    'a message',
    async () => {
      await embedded.queue.create('some', { visibilityTimeout: 30 });
      return embedded.queue.send('some', [{ body: 'hello' }]);
    },
  ],
  [
    'a record',
    async () => {
      await embedded.stream.create('some', 1);
      return embedded.stream.put('some', [{ partitionKey: 'key', data: new Uint8Array([1]) }]);
    },
  ],
])('is when the newest was written: %s', async ([, write]) => {
  clock.advance(3_600);
  await write();
  expect(latestTime(embedded.database)).toBe(clock.now());
});

it('does not believe what a producer says of the time', async () => {
  clock.advance(3_600);
  const time = clock.now() + 1_000_000_000;
  await embedded.bus.put([{ source: 'test', detailType: 'Tested', detail: {}, time }]);
  expect(latestTime(embedded.database)).toBe(clock.now());
});
