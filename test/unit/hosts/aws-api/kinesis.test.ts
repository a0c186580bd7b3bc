import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AwsServices, openAwsServices, streamName as StreamName } from '#test/support/aws-services.ts';
import { TestClock } from '#test/support/fixtures.ts';

const invalid = { code: 'InvalidArgumentException' };

let clock: TestClock;
let aws: AwsServices;
beforeEach(async () => {
  clock = new TestClock();
  aws = await openAwsServices({ clock });
});
afterEach(() => aws.remove());

const kinesis = (operation: string, input: object = {}) => aws.call('kinesis', operation, input);
/** Keys of two shards. */
const keys = ['a', 'b'] as const;
const put = (PartitionKey: string) =>
  kinesis('PutRecord', { StreamName, PartitionKey, Data: Buffer.from('x').toString('base64') });
const iterator = (ShardId: string, more: object) => kinesis('GetShardIterator', { StreamName, ShardId, ...more });
const numbered = (ShardId: string, StartingSequenceNumber: string, type = 'AFTER_SEQUENCE_NUMBER') =>
  iterator(ShardId, { ShardIteratorType: type, StartingSequenceNumber });

describe('GetShardIterator', () => {
  it('refuses a sequence number ahead of the shard, or of another shard', async () => {
    const first = await put(keys[0]);
    const other = await put(keys[1]);
    expect(other.ShardId).not.toBe(first.ShardId);
    for (const type of ['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER']) {
      await numbered(first.ShardId, first.SequenceNumber, type);
      await numbered(first.ShardId, '0', type);
      const ahead = String(Number(other.SequenceNumber) + 1);
      const refusal = { ...invalid, message: expect.stringContaining(`StartingSequenceNumber ${ahead} used in`) };
      await expect(numbered(other.ShardId, ahead, type)).rejects.toMatchObject(refusal);
      await expect(numbered(first.ShardId, other.SequenceNumber, type)).rejects.toMatchObject(invalid);
      await expect(numbered(other.ShardId, first.SequenceNumber, type)).rejects.toMatchObject(invalid);
      await expect(numbered(first.ShardId, '9'.repeat(56), type)).rejects.toMatchObject(invalid);
    }
  });

  it('takes the sequence number of a record that retention deleted', async () => {
    const deleted = await put('a');
    await aws.database.write(() => aws.database.prepare('DELETE FROM records').run());
    await numbered(deleted.ShardId, deleted.SequenceNumber);
    await expect(numbered(deleted.ShardId, String(Number(deleted.SequenceNumber) + 1))).rejects.toMatchObject(invalid);
    const next = await put('a');
    await numbered(deleted.ShardId, deleted.SequenceNumber, 'AT_SEQUENCE_NUMBER');
    await numbered(next.ShardId, next.SequenceNumber, 'AT_SEQUENCE_NUMBER');
  });

  it('refuses a time ahead of the stream, and takes the present', async () => {
    const at = (milliseconds: number) =>
      iterator('shardId-000000000000', { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: milliseconds / 1000 });
    await at(clock.now());
    await expect(at(clock.now() + 1)).rejects.toMatchObject(invalid);
    const filter = { Type: 'FROM_TIMESTAMP', Timestamp: clock.now() / 1000 + 1 };
    await expect(kinesis('ListShards', { StreamName, ShardFilter: filter })).rejects.toMatchObject(invalid);
  });

  it.each(['AT_SEQUENCE_NUMBER', 'AFTER_SEQUENCE_NUMBER', 'AT_TIMESTAMP'])('refuses %s alone', async (type) => {
    await expect(iterator('shardId-000000000000', { ShardIteratorType: type })).rejects.toMatchObject(invalid);
  });
});

describe('GetRecords', () => {
  it('refuses the ARN of another stream than the iterator has', async () => {
    const { ShardIterator } = await iterator('shardId-000000000000', { ShardIteratorType: 'LATEST' });
    const { StreamARN } = (await kinesis('DescribeStreamSummary', { StreamName })).StreamDescriptionSummary;
    expect(await kinesis('GetRecords', { ShardIterator, StreamARN })).toMatchObject({ Records: [] });
    const other = `${StreamARN}-other`;
    await expect(kinesis('GetRecords', { ShardIterator, StreamARN: other })).rejects.toMatchObject(invalid);
  });
});

describe('DescribeStream', () => {
  it('describes the stream with its shards, page by page', async () => {
    const describeStream = async (more: object = {}) =>
      (await kinesis('DescribeStream', { StreamName, ...more })).StreamDescription;
    const all = await describeStream();
    const { Shards } = await kinesis('ListShards', { StreamName });
    expect(all).toEqual({
      StreamName,
      StreamARN: `arn:aws:kinesis:us-east-1:000000000000:stream/${StreamName}`,
      StreamStatus: 'ACTIVE',
      StreamModeDetails: { StreamMode: 'PROVISIONED' },
      StreamCreationTimestamp: clock.now() / 1000,
      RetentionPeriodHours: 24,
      EnhancedMonitoring: [{ ShardLevelMetrics: [] }],
      EncryptionType: 'NONE',
      Shards,
      HasMoreShards: false,
    });
    const first = await describeStream({ Limit: 3 });
    expect(first).toMatchObject({ Shards: Shards.slice(0, 3), HasMoreShards: true });
    const rest = await describeStream({ ExclusiveStartShardId: first.Shards.at(-1).ShardId });
    expect(rest).toMatchObject({ Shards: Shards.slice(3), HasMoreShards: false });
  });
});

describe('ListShards', () => {
  it('takes a token for five minutes, and nothing beside it that the token has', async () => {
    const { NextToken, Shards } = await kinesis('ListShards', { StreamName, MaxResults: 1 });
    expect(Shards).toHaveLength(1);
    clock.advance(300);
    expect((await kinesis('ListShards', { NextToken })).Shards).toHaveLength(3);
    await expect(kinesis('ListShards', { NextToken, StreamName })).rejects.toMatchObject(invalid);
    await expect(kinesis('ListShards', { NextToken: 'x' })).rejects.toMatchObject(invalid);
    clock.advance(1);
    await expect(kinesis('ListShards', { NextToken })).rejects.toMatchObject({ code: 'ExpiredNextTokenException' });
  });
});

describe('a dry run', () => {
  it('is refused, because the mesh would do what it asks for', async () => {
    const record = { StreamName, PartitionKey: 'a', Data: '' };
    await expect(kinesis('PutRecord', { ...record, DryRun: true })).rejects.toMatchObject(invalid);
    expect(await aws.stream.newest(StreamName, aws.stream.shardOf(StreamName, 'a'))).toBeUndefined();
    await kinesis('PutRecord', { ...record, DryRun: false });
  });
});
