import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kinesisClient } from '#adapters/aws/clients/kinesis.ts';
import { AwsStreamReader } from '#adapters/aws/stream/reader.ts';
import { Failure, FakeAws } from '#test/support/fake-aws.ts';
import { TestClock } from '#test/support/fixtures.ts';

let aws: FakeAws;
let clock: TestClock;
let reader: AwsStreamReader;
/** How long the reader waited, each time. */
let waits: number[];
/** When GetRecords was called, in milliseconds of the clock. */
let reads: number[];
/** The records of the shard; the iterator at n gives what is behind the first n. */
let shard: string[];

const SHARD = 'shardId-000000000000';

beforeEach(async () => {
  aws = await FakeAws.start();
  clock = new TestClock();
  waits = [];
  reads = [];
  shard = [];
  reader = new AwsStreamReader({
    client: kinesisClient(aws.options),
    clock,
    pause: async (milliseconds, signal) => {
      if (milliseconds <= 0 || signal?.aborted) return;
      waits.push(milliseconds);
      clock.advance(milliseconds / 1_000);
    },
  });
  aws.on('GetShardIterator', ({ ShardIteratorType, StartingSequenceNumber = '0' }: Record<string, string>) => ({
    ShardIterator: ShardIteratorType === 'AFTER_SEQUENCE_NUMBER' ? StartingSequenceNumber : '0',
  }));
  aws.on('GetRecords', getRecords);
});
afterEach(() => aws.close());

function getRecords({ ShardIterator, Limit }: { ShardIterator: string; Limit: number }) {
  reads.push(clock.now());
  const from = Number(ShardIterator);
  const texts = shard.slice(from, from + Limit);
  return {
    Records: texts.map((text, i) => recordOf(from + i + 1, text)),
    NextShardIterator: String(from + texts.length),
    MillisBehindLatest: from + texts.length < shard.length ? 1_000 : 0,
  };
}

const recordOf = (number: number, text: string) => ({
  SequenceNumber: String(number),
  PartitionKey: 'k',
  Data: Buffer.from(text).toString('base64'),
  ApproximateArrivalTimestamp: 1_700_000_000,
});
const read = async (after?: string, options: { max?: number; wait?: number; signal?: AbortSignal } = {}) => {
  const records = await reader.read('chunks', SHARD, after, { max: 10, wait: 0, ...options });
  return records.map(({ data }) => Buffer.from(data).toString());
};
const iterators = () => aws.inputs<Record<string, unknown>>('GetShardIterator');

describe('pace', () => {
  it('reads a shard four times a second at most, also when there is more', async () => {
    shard = Array.from({ length: 50 }, (_, i) => `${i}`);
    for (let at = 0; at < 50; at += 10) await read(at === 0 ? undefined : String(at));
    expect(reads.slice(1).map((at, i) => at - (reads[i] ?? 0))).toEqual([250, 250, 250, 250]);
  });

  it('waits longer while nothing comes, up to a second', async () => {
    expect(await read(undefined, { wait: 20 })).toEqual([]);
    const gaps = reads.slice(1).map((at, i) => at - (reads[i] ?? 0));
    expect(gaps.slice(0, 4)).toEqual([250, 500, 1_000, 1_000]);
    expect(Math.max(...gaps)).toBe(1_000);
    expect(reads.length).toBeLessThan(25);
  });

  it('paces each shard by itself', async () => {
    await read();
    await reader.read('chunks', 'shardId-000000000001', undefined, { max: 1, wait: 0 });
    expect(waits).toEqual([]);
  });
});

describe('iterators', () => {
  it('goes on with the one of the read before', async () => {
    shard = ['a', 'b', 'c'];
    expect(await read(undefined, { max: 2 })).toEqual(['a', 'b']);
    expect(await read('2')).toEqual(['c']);
    expect(await read('3')).toEqual([]);
    expect(iterators()).toHaveLength(1);
  });

  it('takes a new one for another place', async () => {
    shard = ['a', 'b', 'c'];
    await read();
    expect(await read('1')).toEqual(['b', 'c']);
    expect(await read()).toEqual(['a', 'b', 'c']);
    expect(iterators().map(({ ShardIteratorType }) => ShardIteratorType)).toEqual([
      'TRIM_HORIZON',
      'AFTER_SEQUENCE_NUMBER',
      'TRIM_HORIZON',
    ]);
  });

  it('takes a new one in the place of one that has expired, known or not', async () => {
    shard = ['a', 'b'];
    await read(undefined, { max: 1 });
    clock.advance(241);
    expect(await read('1', { max: 1 })).toEqual(['b']);
    expect(iterators()).toHaveLength(2);
    shard.push('c');
    aws.on('GetRecords', (input: { ShardIterator: string; Limit: number }, call) =>
      call === 3 ? new Failure('ExpiredIteratorException') : getRecords(input),
    );
    expect(await read('2')).toEqual(['c']);
    expect(iterators().at(-1)).toMatchObject({
      ShardIteratorType: 'AFTER_SEQUENCE_NUMBER',
      StartingSequenceNumber: '2',
    });
  });

  it('goes on over the empty pages of a gap, also without a wait', async () => {
    aws.on('GetRecords', (_, call) =>
      call < 4
        ? { Records: [], NextShardIterator: String(call), MillisBehindLatest: 60_000 }
        : { Records: [recordOf(9, 'at last')], NextShardIterator: '9', MillisBehindLatest: 0 },
    );
    expect(await read()).toEqual(['at last']);
  });
});

describe('a closed shard', () => {
  beforeEach(() => {
    aws.on('GetRecords', ({ ShardIterator }: { ShardIterator: string }) => ({
      Records: ShardIterator === '0' ? [recordOf(1, 'last')] : [],
      MillisBehindLatest: 0,
    }));
  });

  it('gives its records, then nothing, without a spin', async () => {
    expect(await read()).toEqual(['last']);
    expect(await read('1', { wait: 20 })).toEqual([]);
    expect(await read('1', { wait: 20 })).toEqual([]);
    expect(waits.filter((wait) => wait === 20_000)).toHaveLength(2);
    expect(aws.inputs('GetRecords')).toHaveLength(1);
  });

  it('has a newest record too', async () => {
    expect(await reader.newest('chunks', SHARD)).toBe('1');
  });
});

describe('the newest record', () => {
  it('is looked for in the last minute, the last hour, then everywhere', async () => {
    shard = ['a', 'b', 'c'];
    aws.on('GetShardIterator', ({ ShardIteratorType }: Record<string, string>) => ({
      ShardIterator: ShardIteratorType === 'TRIM_HORIZON' ? '0' : '3',
    }));
    expect(await reader.newest('chunks', SHARD)).toBe('3');
    const now = clock.now() / 1_000;
    expect(iterators()).toMatchObject([
      { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: expect.closeTo(now - 60, -1) },
      { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: expect.closeTo(now - 3_600, -1) },
      { ShardIteratorType: 'TRIM_HORIZON' },
    ]);
  });
});

it('lists shards over several pages', async () => {
  aws.on('ListShards', ({ NextToken }: { NextToken?: string }) =>
    NextToken === undefined
      ? { Shards: [{ ShardId: 'a' }, { ShardId: 'b' }], NextToken: 'more' }
      : { Shards: [{ ShardId: 'c' }] },
  );
  expect(await reader.shards('chunks')).toEqual(['a', 'b', 'c']);
  expect(aws.inputs('ListShards')).toEqual([{ StreamName: 'chunks' }, { NextToken: 'more' }]);
});

it('says that it was throttled to the last try', async () => {
  aws.on('GetRecords', () => new Failure('ProvisionedThroughputExceededException'));
  await expect(read()).rejects.toMatchObject({ code: 'AWS_THROTTLED' });
});
