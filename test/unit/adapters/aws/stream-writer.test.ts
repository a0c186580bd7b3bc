import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClaimCheck } from '#adapters/aws/claim-check/claim-check.ts';
import { kinesisClient } from '#adapters/aws/clients/kinesis.ts';
import { AwsStreamWriter, MAX_RECORD_BYTES } from '#adapters/aws/stream/writer.ts';
import { Failure, FakeAws, patientRetry } from '#test/support/fake-aws.ts';
import { MemoryBlobs } from './memory-blobs.ts';

interface PutRecords {
  readonly StreamName: string;
  readonly Records: readonly { readonly PartitionKey: string; readonly Data: string }[];
}

let aws: FakeAws;
let retry: ReturnType<typeof patientRetry>;
let writer: AwsStreamWriter;
/** What got into the stream, `key:text`, in the order in which it did. */
let stream: string[];

beforeEach(async () => {
  aws = await FakeAws.start();
  stream = [];
  retry = patientRetry();
  const claims = new ClaimCheck({ blobs: new MemoryBlobs(), bucket: 'blobs' });
  writer = new AwsStreamWriter({ client: kinesisClient(aws.options), claims, retry });
});
afterEach(() => aws.close());

/** A stream that takes each record but those that `fail` has an error code for. */
function answer(fail: (name: string, call: number) => string | undefined = () => undefined): void {
  aws.on('PutRecords', ({ Records }: PutRecords, call) => ({
    FailedRecordCount: 0,
    Records: Records.map(({ PartitionKey, Data }) => {
      const name = `${PartitionKey}:${Buffer.from(Data, 'base64')}`;
      const ErrorCode = fail(name, call);
      if (ErrorCode !== undefined) return { ErrorCode, ErrorMessage: 'by the test' };
      stream.push(name);
      return { SequenceNumber: String(1000 + stream.length), ShardId: 'shardId-000000000000' };
    }),
  }));
}

const put = async (...names: string[]) => {
  const records = names.map((name) => {
    const [partitionKey = '', text = ''] = name.split(':');
    return { partitionKey, data: Buffer.from(text) };
  });
  const sent = await writer.put('chunks', records);
  return sent.map(({ sequenceNumber }) => sequenceNumber);
};
const calls = () => aws.inputs<PutRecords>('PutRecords').map(({ Records }) => Records);
const ofKey = (key: string) => stream.filter((name) => name.startsWith(`${key}:`));
/** A number for each name that is in the stream, as Kinesis gave it. */
const numberOf = (name: string) => String(1001 + stream.indexOf(name));

describe('order', () => {
  it('has one record of a key in a call, so that none can overtake another', async () => {
    answer();
    const names = ['a:1', 'b:1', 'a:2', 'a:3', 'b:2', 'c:1'];
    const numbers = await put(...names);
    expect(calls().map((records) => records.map(({ PartitionKey }) => PartitionKey))).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b'],
      ['a'],
    ]);
    expect(numbers).toEqual(names.map(numberOf));
  });

  it('holds back the later records of a key whose record failed, while other keys go on', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    // The failed record is tried again only when the other key is through.
    retry.sleep = () => held;
    answer((name, call) => {
      if (name === 'b:3') setImmediate(release);
      return name === 'a:1' && call === 1 ? 'ProvisionedThroughputExceededException' : undefined;
    });
    const numbers = await put('a:1', 'b:1', 'a:2', 'b:2', 'a:3', 'b:3');
    expect(stream).toEqual(['b:1', 'b:2', 'b:3', 'a:1', 'a:2', 'a:3']);
    expect(numbers).toEqual(['a:1', 'b:1', 'a:2', 'b:2', 'a:3', 'b:3'].map(numberOf));
  });

  it('keeps the order of every key when any record fails any number of times', async () => {
    const tries = new Map<string, number>();
    answer((name) => {
      const tried = (tries.get(name) ?? 0) + 1;
      tries.set(name, tried);
      // Each fails none to three times, by its name.
      return tried <= (name.charCodeAt(0) * 7 + Number(name.slice(2)) * 5) % 4 ? 'InternalFailure' : undefined;
    });
    const names = Array.from({ length: 60 }, (_, i) => `${'abcdef'[(i * i) % 6]}:${i}`);
    const numbers = await put(...names);
    for (const key of 'abcdef') expect(ofKey(key)).toEqual(names.filter((name) => name.startsWith(key)));
    expect(stream).toHaveLength(60);
    expect(numbers).toEqual(names.map(numberOf));
  });
});

describe('failures', () => {
  it('waits longer before each further try', async () => {
    answer((_, call) => (call <= 3 ? 'ProvisionedThroughputExceededException' : undefined));
    await put('a:1', 'a:2');
    expect(retry.waits).toEqual([100, 200, 400]);
    expect(stream).toEqual(['a:1', 'a:2']);
  });

  it('counts the tries of a record, not of its key', async () => {
    answer((_, call) => (call % 3 !== 0 ? 'InternalFailure' : undefined));
    await put('a:1', 'a:2', 'a:3');
    expect(retry.waits).toEqual([100, 200, 100, 200, 100, 200]);
  });

  it('gives up after the last try, and puts nothing behind the record', async () => {
    answer((name) => (name === 'a:2' ? 'ProvisionedThroughputExceededException' : undefined));
    await expect(put('a:1', 'a:2', 'a:3')).rejects.toMatchObject({
      code: 'AWS_THROTTLED',
      message: expect.stringContaining('the stream chunks'),
    });
    expect(stream).toEqual(['a:1']);
    expect(calls()).toHaveLength(1 + retry.attempts);
  });

  it('has put nothing more once it has failed', async () => {
    let release = () => {};
    retry.sleep = () =>
      new Promise((resolve) => {
        release = resolve;
      });
    aws.on('PutRecords', ({ Records }: PutRecords, call) => {
      if (call === 1)
        return {
          Records: Records.map(({ PartitionKey }) =>
            PartitionKey === 'a' ? { ErrorCode: 'InternalFailure' } : { SequenceNumber: '1' },
          ),
        };
      // When the client has the answer.
      setTimeout(() => release(), 200);
      return new Failure('AccessDeniedException');
    });
    await expect(put('a:1', 'b:1', 'b:2')).rejects.toMatchObject({ code: 'AWS_ACCESS_DENIED' });
    expect(calls()).toHaveLength(2);
  });

  it('knows a stream that is not there', async () => {
    aws.on('PutRecords', () => new Failure('ResourceNotFoundException'));
    await expect(put('a:1')).rejects.toMatchObject({ code: 'STREAM_NOT_FOUND' });
  });
});

describe('batches', () => {
  it('has 500 records a call at most', async () => {
    answer();
    const names = Array.from({ length: 1_201 }, (_, i) => `k${i}:x`);
    expect(await put(...names)).toHaveLength(1_201);
    expect(
      calls()
        .map(({ length }) => length)
        .toSorted((a, b) => b - a),
    ).toEqual([500, 500, 201]);
  });

  it('has five megabytes a call at most', async () => {
    answer();
    const data = new Uint8Array(900_000);
    await writer.put(
      'chunks',
      Array.from({ length: 12 }, (_, i) => ({ partitionKey: `k${i}`, data })),
    );
    expect(
      calls()
        .map(({ length }) => length)
        .toSorted(),
    ).toEqual([2, 5, 5]);
  });

  it('calls for nothing not at all', async () => {
    expect(await put()).toEqual([]);
    expect(calls()).toEqual([]);
  });
});

describe('large records', () => {
  const event = (bytes: number) =>
    Buffer.from(JSON.stringify({ source: 'test', data: { taskId: 't', text: 'x'.repeat(bytes) } }));

  it('go by reference above the limit, key included', async () => {
    answer();
    const rest = event(0).length + 'key'.length;
    await writer.put('chunks', [{ partitionKey: 'key', data: event(MAX_RECORD_BYTES - rest) }]);
    await writer.put('chunks', [{ partitionKey: 'key', data: event(MAX_RECORD_BYTES - rest + 1) }]);
    const [whole = '', part = ''] = stream;
    expect(whole).not.toContain('dataref');
    expect(JSON.parse(part.slice('key:'.length))).toMatchObject({ datapartial: true, data: { taskId: 't' } });
  });

  it.each([
    ['no JSON', Buffer.alloc(MAX_RECORD_BYTES)],
    ['no event', Buffer.from(JSON.stringify(['x'.repeat(MAX_RECORD_BYTES)]))],
    ['too deep', Buffer.from(`{"source":"s","data":{"a":${'['.repeat(600_000)}${']'.repeat(600_000)}}}`)],
  ])('are refused that are %s, before anything was put', async (_, data) => {
    answer();
    const small = { partitionKey: 'a', data: Buffer.from('x') };
    await expect(writer.put('chunks', [small, { partitionKey: 'key', data }])).rejects.toMatchObject({
      code: 'RECORD_TOO_LARGE',
    });
    expect(stream).toEqual([]);
  });
});
