import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';

describe('SqliteStream', () => {
  const clock = new TestClock();
  let sqlite: SqliteAdapters;

  beforeEach(async () => {
    sqlite = await openSqlite(clock);
    await sqlite.stream.create('chunks', 4);
  });
  afterEach(() => sqlite.remove());

  const put = (...keys: string[]) =>
    sqlite.stream.put(
      'chunks',
      keys.map((partitionKey) => ({ partitionKey, data: Buffer.from(partitionKey) })),
    );
  async function everything() {
    const { stream } = sqlite;
    const shards = await stream.shards('chunks');
    return Promise.all(shards.map((shard) => stream.read('chunks', shard, undefined, { max: 1_000, wait: 0 })));
  }

  it('keeps records, shards and places over a restart', async () => {
    await put('a', 'b', 'c', 'd', 'e', 'f');
    const before = await everything();
    const at = before.findIndex(({ length }) => length > 0);
    const [shard = ''] = (await sqlite.stream.shards('chunks')).slice(at);
    const place = before[at]?.at(-1)?.sequenceNumber ?? '';
    await sqlite.stream.checkpoint('me', 'chunks', shard, place);

    await sqlite.close();
    sqlite = await openSqlite(clock, sqlite.folder);
    await sqlite.stream.create('chunks', 4);

    expect(await everything()).toEqual(before);
    expect(await sqlite.stream.position('me', 'chunks', shard)).toBe(place);
    const [next] = await put('a');
    const numbers = before.flat().map(({ sequenceNumber }) => Number(sequenceNumber));
    expect(Number(next?.sequenceNumber)).toBeGreaterThan(Math.max(...numbers));
  });

  it('names shards and picks them as Kinesis does', async () => {
    expect(await sqlite.stream.shards('chunks')).toEqual([0, 1, 2, 3].map((i) => `shardId-00000000000${i}`));
    // Their MD5s begin with 0c, 4a, 82, e1 and 92.
    await put('a', 'c', 'd', 'e', 'b');
    const shards = (await everything()).map((records) => records.map(({ partitionKey }) => partitionKey));
    expect(shards).toEqual([['a'], ['c'], ['d', 'b'], ['e']]);
  });

  it('puts a record where its explicit hash key says, to the last of each shard', async () => {
    await sqlite.stream.create('three', 3);
    const third = 2n ** 128n / 3n + 1n;
    const keys = [0n, third - 1n, third, 2n * third - 2n, 2n * third - 1n, 2n ** 128n - 1n];
    const records = keys.map((key) => ({ partitionKey: 'a', explicitHashKey: String(key), data: Buffer.from('x') }));
    const put = await sqlite.stream.put('three', records);
    expect(put.map(({ shard }) => shard.slice(-1))).toEqual(['0', '0', '1', '1', '2', '2']);
  });

  it('keeps the shards that a stream was made with', async () => {
    await sqlite.stream.create('chunks', 1);
    expect(await sqlite.stream.shards('chunks')).toHaveLength(4);
  });

  it('does not touch the store while it waits', async () => {
    const touched = vi.spyOn(sqlite.database, 'read');
    const stop = new AbortController();
    const options = { max: 1, wait: 3_600, signal: stop.signal };
    const waiting = sqlite.stream.read('chunks', 'shardId-000000000000', undefined, options);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(touched).toHaveBeenCalledTimes(1);
    stop.abort();
    expect(await waiting).toEqual([]);
  });
});
