import {
  DescribeStreamSummaryCommand,
  GetRecordsCommand,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  KinesisClient,
  ListShardsCommand,
  ListStreamsCommand,
  PutRecordCommand,
  PutRecordsCommand,
} from '@aws-sdk/client-kinesis';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import { describe, expect, it } from 'vitest';
import { awsClients, awsOptions } from '#test/support/aws-clients.ts';
import type { Mesh } from '#test/support/mesh.ts';
import { type AwsClients, meshWithClients } from '#test/support/mesh-with-clients.ts';

/** Of the artifacts; what no agent wrote there goes from it to quarantine, and stays in it to be read. */
const StreamName = 'starling-local-artifacts';

let mesh: Mesh;
let clients: AwsClients;
let kinesis: KinesisClient;
meshWithClients((...made) => {
  [mesh, clients] = made;
  kinesis = clients.kinesis;
});

const bytes = (text: string) => Buffer.from(text);
const textOf = ({ Data }: { Data?: Uint8Array | undefined }) => Buffer.from(Data ?? []).toString();
const put = (PartitionKey: string, text: string) =>
  kinesis.send(new PutRecordCommand({ StreamName, PartitionKey, Data: bytes(text) }));

async function iterator(ShardId: string | undefined, more: Partial<GetShardIteratorCommandInput>) {
  const command = new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON', ...more });
  return (await kinesis.send(command)).ShardIterator;
}

/** What there is from a place on, by the texts. */
async function from(ShardId: string | undefined, more: Partial<GetShardIteratorCommandInput>) {
  const ShardIterator = await iterator(ShardId, more);
  const { Records = [] } = await kinesis.send(new GetRecordsCommand({ ShardIterator }));
  return Records.map(textOf);
}

describe('Kinesis', () => {
  it('is spoken by HTTP/2, as its client does, and by HTTP/1.1', async () => {
    expect(kinesis.config.requestHandler.metadata?.handlerProtocol).toBe('h2');
    const older = new KinesisClient({ ...(await awsOptions(mesh)), requestHandler: new NodeHttpHandler() });
    for (const client of [kinesis, older]) {
      const { StreamNames, HasMoreStreams } = await client.send(new ListStreamsCommand({}));
      expect(StreamNames).toEqual([StreamName]);
      expect(HasMoreStreams).toBe(false);
    }
    older.destroy();
  });

  it('refuses a wrong signature by HTTP/2 too', async () => {
    const { kinesis: wrong, destroy } = await awsClients(mesh, { credentials: { secretAccessKey: 'x' } });
    await expect(wrong.send(new ListStreamsCommand({}))).rejects.toMatchObject({ name: 'InvalidSignatureException' });
    destroy();
  });

  it('describes the stream and its shards', async () => {
    const { StreamDescriptionSummary } = await kinesis.send(new DescribeStreamSummaryCommand({ StreamName }));
    expect(StreamDescriptionSummary).toMatchObject({
      StreamName,
      StreamStatus: 'ACTIVE',
      OpenShardCount: 4,
      RetentionPeriodHours: 24,
    });
    const { StreamARN } = StreamDescriptionSummary ?? {};
    const first = await kinesis.send(new ListShardsCommand({ StreamARN, MaxResults: 3 }));
    const second = await kinesis.send(new ListShardsCommand({ NextToken: first.NextToken }));
    const shards = [...(first.Shards ?? []), ...(second.Shards ?? [])];
    expect(shards.map(({ ShardId }) => ShardId)).toEqual([0, 1, 2, 3].map((n) => `shardId-00000000000${n}`));
    expect(shards[0]?.HashKeyRange?.StartingHashKey).toBe('0');
    expect(shards[3]?.HashKeyRange?.EndingHashKey).toBe(String(2n ** 128n - 1n));
    for (const [index, { HashKeyRange }] of shards.slice(1).entries()) {
      const end = BigInt(shards[index]?.HashKeyRange?.EndingHashKey ?? -1);
      expect(HashKeyRange?.StartingHashKey).toBe(String(end + 1n));
    }
  });

  it('keeps records in order, to be read from every kind of place', async () => {
    const first = await put('one key', 'first');
    const { ShardId, SequenceNumber } = first;
    const latest = await iterator(ShardId, { ShardIteratorType: 'LATEST' });
    const start = new Date();
    // A record of the same millisecond would be after the time, too.
    await expect.poll(() => Date.now()).toBeGreaterThan(start.getTime());
    const after = new Date();
    const second = await put('one key', 'second');
    const { FailedRecordCount, Records } = await kinesis.send(
      new PutRecordsCommand({
        StreamName,
        Records: ['third', 'fourth'].map((text) => ({ PartitionKey: 'one key', Data: bytes(text) })),
      }),
    );
    expect(FailedRecordCount).toBe(0);
    expect(Records?.every((record) => record.ShardId === ShardId)).toBe(true);
    const later = ['second', 'third', 'fourth'];
    expect(await from(ShardId, {})).toEqual(['first', ...later]);
    expect(
      await from(ShardId, { ShardIteratorType: 'AT_SEQUENCE_NUMBER', StartingSequenceNumber: SequenceNumber }),
    ).toEqual(['first', ...later]);
    expect(
      await from(ShardId, { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: SequenceNumber }),
    ).toEqual(later);
    expect(await from(ShardId, { ShardIteratorType: 'AT_TIMESTAMP', Timestamp: after })).toEqual(later);
    const read = await kinesis.send(new GetRecordsCommand({ ShardIterator: latest, Limit: 1 }));
    expect(read.Records).toMatchObject([{ PartitionKey: 'one key', SequenceNumber: second.SequenceNumber }]);
    const rest = await kinesis.send(new GetRecordsCommand({ ShardIterator: read.NextShardIterator }));
    expect(rest.Records?.map(textOf)).toEqual(['third', 'fourth']);
    expect(rest.MillisBehindLatest).toBe(0);
  });

  it('gives 10 MB at a time, and the rest with the next iterator', async () => {
    const Records = Array.from({ length: 8 }, () => ({ PartitionKey: 'large', Data: Buffer.alloc(1024 * 1024 - 5) }));
    const { ShardId } = await put('large', 'small');
    const start = await iterator(ShardId, { ShardIteratorType: 'LATEST' });
    for (let call = 0; call < 2; call++) await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
    const first = await kinesis.send(new GetRecordsCommand({ ShardIterator: start }));
    expect(first.Records).toHaveLength(10);
    const second = await kinesis.send(new GetRecordsCommand({ ShardIterator: first.NextShardIterator }));
    expect(second.Records).toHaveLength(6);
  });

  it('keeps what the mesh itself reads in order, too', async () => {
    expect((await mesh.send('echo', 'hello')).status.state).toBe('TASK_STATE_COMPLETED');
  });

  it('puts records by their own hash keys, on the shards that list them', async () => {
    const { Shards = [] } = await kinesis.send(new ListShardsCommand({ StreamName }));
    const hashKeys = Shards.flatMap(({ HashKeyRange }) => [HashKeyRange?.StartingHashKey, HashKeyRange?.EndingHashKey]);
    const Records = hashKeys.map((ExplicitHashKey) => ({ ...record, ExplicitHashKey }));
    const put = await kinesis.send(new PutRecordsCommand({ StreamName, Records }));
    expect(put.Records?.map(({ ShardId }) => ShardId)).toEqual(Shards.flatMap(({ ShardId }) => [ShardId, ShardId]));
  });

  const record = { StreamName, PartitionKey: 'k', Data: bytes('x') };
  const expired = Buffer.from(JSON.stringify([StreamName, 'shardId-000000000000', '0', Date.now() - 301_000]));
  it.each<[string, () => Promise<unknown>, string]>([
    [
      'a stream that is not there',
      () => kinesis.send(new DescribeStreamSummaryCommand({ StreamName: 'nowhere' })),
      'ResourceNotFoundException',
    ],
    ['a shard that is not there', () => iterator('shardId-000000000004', {}), 'ResourceNotFoundException'],
    [
      'no kind of iterator',
      () => iterator('shardId-000000000000', { ShardIteratorType: 'OLDEST' as 'LATEST' }),
      'ValidationException',
    ],
    [
      'no sequence number',
      () =>
        iterator('shardId-000000000000', { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', StartingSequenceNumber: 'x' }),
      'InvalidArgumentException',
    ],
    [
      'a sequence number ahead of the stream',
      () =>
        iterator('shardId-000000000000', {
          ShardIteratorType: 'AT_SEQUENCE_NUMBER',
          StartingSequenceNumber: '999999999',
        }),
      'InvalidArgumentException',
    ],
    [
      'a time ahead of the stream',
      () =>
        iterator('shardId-000000000000', {
          ShardIteratorType: 'AT_TIMESTAMP',
          Timestamp: new Date(Date.now() + 60_000),
        }),
      'InvalidArgumentException',
    ],
    ['no iterator', () => kinesis.send(new GetRecordsCommand({ ShardIterator: 'x' })), 'InvalidArgumentException'],
    [
      'an iterator that expired',
      () => kinesis.send(new GetRecordsCommand({ ShardIterator: expired.toString('base64url') })),
      'ExpiredIteratorException',
    ],
    ['no partition key', () => put('', 'x'), 'ValidationException'],
    ['a partition key of 257 characters', () => put('x'.repeat(257), 'x'), 'ValidationException'],
    ['a record above 1 MB', () => put('k', 'x'.repeat(1024 * 1024)), 'ValidationException'],
    [
      '501 records',
      () =>
        kinesis.send(
          new PutRecordsCommand({
            StreamName,
            Records: Array.from({ length: 501 }, () => ({ PartitionKey: 'k', Data: bytes('x') })),
          }),
        ),
      'ValidationException',
    ],
    [
      'records above 10 MB',
      () =>
        kinesis.send(
          new PutRecordsCommand({
            StreamName,
            Records: Array.from({ length: 11 }, () => ({ PartitionKey: 'k', Data: Buffer.alloc(1024 * 1024 - 1) })),
          }),
        ),
      'InvalidArgumentException',
    ],
    [
      'a hash key above all',
      () => kinesis.send(new PutRecordCommand({ ...record, ExplicitHashKey: String(2n ** 128n) })),
      'InvalidArgumentException',
    ],
    [
      'no hash key',
      () => kinesis.send(new PutRecordCommand({ ...record, ExplicitHashKey: '0x0' })),
      'InvalidArgumentException',
    ],
    [
      'no kind of filter',
      () => kinesis.send(new ListShardsCommand({ StreamName, ShardFilter: { Type: 'ALL' as 'AT_LATEST' } })),
      'ValidationException',
    ],
  ])('refuses %s', async (_what, call, name) => {
    await expect(call()).rejects.toMatchObject({ name });
  });
});
