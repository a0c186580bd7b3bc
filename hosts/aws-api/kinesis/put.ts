import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import type { InputReader } from '../input-reader.ts';
import { kinesisInputs } from '../reference/kinesis.ts';
import { limits } from '../reference/limits.ts';
import type { Operation } from '../service.ts';
import { invalidArgument, validationMessages } from './errors.ts';
import type { Streams } from './streams.ts';

type Stream = StandaloneRuntime['stream'];
type Records = Parameters<Stream['put']>[1];

const { callBytes, recordBytes } = limits.kinesis;

export function putRecord(stream: Stream, streams: Streams): Operation {
  return async (input) => {
    const name = streams.named(input);
    const [result] = await put(stream, name, [readRecord(input)]);
    return result ?? {};
  };
}

/** Takes all records or none, in one commit. AWS may refuse some records because of their shard's rate. */
export function putRecords(stream: Stream, streams: Streams): Operation {
  return async (input) => {
    const name = streams.named(input);
    const records = input.structures('Records').map(readRecord);
    if (records.reduce((sum, record) => sum + sizeOf(record), 0) > callBytes) {
      throw invalidArgument(`Records size exceeds ${callBytes} bytes.`);
    }
    return { FailedRecordCount: 0, Records: await put(stream, name, records) };
  };
}

async function put(stream: Stream, name: string, records: Records) {
  const results = await stream.put(name, records);
  return results.map(({ sequenceNumber, shard }) => ({ SequenceNumber: sequenceNumber, ShardId: shard }));
}

function readRecord(input: InputReader): Records[number] {
  const data = input.blob('Data');
  if (data === undefined) throw validationMessages.missing('Data');
  const partitionKey = input.requiredString('PartitionKey');
  if (!partitionKey.isWellFormed()) throw invalidArgument('PartitionKey has half of a surrogate pair.');
  const explicitHashKey = input.string('ExplicitHashKey');
  if (explicitHashKey !== undefined && !isHashKey(explicitHashKey)) {
    throw invalidArgument('Invalid ExplicitHashKey. ExplicitHashKey must be in the range: [0, 2^128-1].');
  }
  const record = { partitionKey, data, ...(explicitHashKey !== undefined && { explicitHashKey }) };
  if (sizeOf(record) > recordBytes) {
    const violation = { limit: 'max', value: `of ${sizeOf(record)} bytes with its key`, size: sizeOf(record) } as const;
    throw validationMessages.invalid('Data', violation, kinesisInputs.PutRecord.Data);
  }
  return record;
}

/** @see https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html */
function isHashKey(text: string): boolean {
  return BigInt(text) < 2n ** 128n;
}

function sizeOf({ partitionKey, data }: Records[number]): number {
  return data.length + Buffer.byteLength(partitionKey);
}
