import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DAY, ForwardClock, HOUR, openStore, type Store } from './store.ts';

const clock = new ForwardClock();
let store: Store;

beforeEach(async () => {
  store = await openStore(clock);
});
afterEach(() => store.remove());

describe('retention of streams', () => {
  const records = (count: number) =>
    store.stream.put(
      'chunks',
      Array.from({ length: count }, () => ({ partitionKey: 'one', data: new Uint8Array(10) })),
    );

  it('takes records by the age that their stream says, and tells who had not read them', async () => {
    await store.stream.create('chunks', 4);
    await store.stream.create('kept', 4);
    const written = await records(10);
    await store.stream.put('kept', [{ partitionKey: 'one', data: new Uint8Array(10) }]);
    const shard = store.stream.shardOf('chunks', 'one');
    const at = (index: number) => String(written[index]?.sequenceNumber);
    await store.stream.checkpoint('half', 'chunks', shard, at(3));
    await store.stream.checkpoint('all', 'chunks', shard, at(9));
    clock.advance(2 * HOUR);
    await records(2);
    await store.keeping({ streamAge: (stream) => (stream === 'kept' ? DAY : HOUR) }).look();
    expect(await store.stream.read('chunks', shard, undefined, { max: 100, wait: 0 })).toHaveLength(2);
    expect(store.rows('records')).toBe(3);
    expect(store.lines.filter(({ level }) => level === 'warn')).toEqual([
      {
        level: 'warn',
        message: 'records were deleted that a consumer had not read',
        fields: { consumer: 'half', stream: 'chunks', records: 6 },
      },
    ]);
    // A reader that was behind goes on with what there is.
    expect(await store.stream.read('chunks', shard, at(3), { max: 100, wait: 0 })).toHaveLength(2);
  });
});

describe('retention of queues', () => {
  const messages = () => ({ of: (queue: string) => (queue === 'jobs' ? HOUR : DAY), shortest: HOUR, freed: () => {} });

  it('takes messages by the time that their queue says, and tells how many nobody took', async () => {
    await store.queue.create('jobs', { visibilityTimeout: 30 });
    await store.queue.create('dead', { visibilityTimeout: 30 });
    for (const queue of ['jobs', 'dead', 'jobs']) await store.queue.send(queue, [{ body: 'old' }]);
    clock.advance(2 * HOUR);
    await store.queue.send('jobs', [{ body: 'new' }]);
    await store.keeping({ messages }).look();
    expect((await store.queue.receive('jobs', { max: 10, wait: 0 })).map(({ body }) => body)).toEqual(['new']);
    expect(await store.queue.depth('dead')).toMatchObject({ visible: 1 });
    expect(store.lines).toContainEqual({
      level: 'warn',
      message: 'messages were deleted that nobody took for as long as their queue keeps them',
      fields: { queue: 'jobs', messages: 2 },
    });
  });

  it('makes way for what was behind a message of a FIFO queue', async () => {
    await store.queue.create('jobs', { visibilityTimeout: 30 });
    await store.queue.create('jobs.fifo', {
      visibilityTimeout: 12 * 3600,
      fifo: { contentBasedDeduplication: true },
    });
    await store.queue.send('jobs.fifo', [{ body: 'old', groupId: 'g' }]);
    await store.queue.receive('jobs.fifo', { max: 1, wait: 0 });
    clock.advance(2 * HOUR);
    await store.queue.send('jobs.fifo', [{ body: 'new', groupId: 'g' }]);
    expect(await store.queue.receive('jobs.fifo', { max: 10, wait: 0 })).toEqual([]);
    await store.keeping({ messages: () => ({ of: () => HOUR, shortest: HOUR, freed: () => {} }) }).look();
    expect((await store.queue.receive('jobs.fifo', { max: 10, wait: 0 })).map(({ body }) => body)).toEqual(['new']);
    expect(store.rows('fifo_deduplications')).toBe(1);
  });

  it('wakes who waits for what was behind such a message', { timeout: 60_000 }, async () => {
    await store.queue.create('jobs.fifo', {
      visibilityTimeout: 12 * 3600,
      retention: 3600,
      fifo: { contentBasedDeduplication: true },
    });
    await store.queue.send('jobs.fifo', [{ body: 'old', groupId: 'g' }]);
    await store.queue.receive('jobs.fifo', { max: 1, wait: 0 });
    clock.advance(2 * HOUR);
    await store.queue.send('jobs.fifo', [{ body: 'new', groupId: 'g' }]);
    // The clock stands: but for being woken it waits for 12 hours.
    const stop = new AbortController();
    const received = store.queue.receive('jobs.fifo', { max: 10, wait: 12 * 3600, signal: stop.signal });
    setTimeout(() => stop.abort(), 30_000).unref();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await store.keeping({ messages: () => store.queue.messageRetention() }).look();
    expect((await received).map(({ body }) => body)).toEqual(['new']);
  });

  it('has the times that the queues were made with', async () => {
    await store.queue.create('short', { visibilityTimeout: 30, retention: 60 });
    await store.queue.create('usual', { visibilityTimeout: 30 });
    const { of, shortest } = store.queue.messageRetention();
    expect([of('short'), of('usual'), of('gone'), shortest]).toEqual([60_000, 4 * DAY, 14 * DAY, 60_000]);
  });
});
