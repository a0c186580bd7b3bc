import {
  GetRecordsCommand,
  GetShardIteratorCommand,
  type KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import { ask } from '../aws-client.ts';
import type { OrderedPut } from '../ledger.ts';
import { StreamName } from '../loads/records.ts';
import type { WitnessedRecord } from '../witness.ts';
import { orderProblem } from './order.ts';

interface StoredRecord {
  readonly shard: string;
  readonly sequenceNumber: string;
  readonly text: string;
}

/**
 * The stream has each acknowledged record under the sequence number that it was acknowledged by, in the order of its
 * partition key, and none that nobody put; its consumer got all, in the order of the shard.
 */
export async function judgeRecords(
  kinesis: KinesisClient,
  puts: readonly OrderedPut[],
  witnessed: readonly WitnessedRecord[],
  problems: string[],
): Promise<{ readonly stored: number }> {
  const stored = await storedRecords(kinesis);
  const texts = new Map(stored.map(({ shard, sequenceNumber, text }) => [`${shard}/${sequenceNumber}`, text]));
  const times = new Map<string, number>();
  for (const { text } of stored) times.set(text, (times.get(text) ?? 0) + 1);
  for (const { key, id, tries } of puts) {
    if (id === undefined || texts.get(id) !== key)
      problems.push(`the record ${key}, acknowledged as ${id}, is not in the stream`);
    if ((times.get(key) ?? 0) > tries.count)
      problems.push(`the record ${key} was put ${tries.count} times, and is there ${times.get(key)} times`);
    times.delete(key);
  }
  for (const key of times.keys()) problems.push(`the stream has a record that nobody put: ${key}`);
  for (const [group, ofGroup] of Map.groupBy(puts, (put) => put.group)) {
    const numbers = ofGroup.map(({ id = '' }) => BigInt(id.slice(id.indexOf('/') + 1) || 0));
    const wrong = numbers.findIndex((number, index) => index > 0 && number <= (numbers[index - 1] ?? 0n));
    if (wrong >= 0) problems.push(`the acknowledged records of ${group} are not in order at place ${wrong}`);
  }
  judgeConsumer(stored, witnessed, problems);
  return { stored: stored.length };
}

/** A consumer goes on behind its checkpoint: after a kill that may be some batches back, and is never ahead. */
function judgeConsumer(
  stored: readonly StoredRecord[],
  witnessed: readonly WitnessedRecord[],
  problems: string[],
): void {
  for (const [shard, inShard] of Map.groupBy(stored, (record) => record.shard)) {
    const place = new Map(inShard.map(({ sequenceNumber }, index) => [sequenceNumber, index]));
    const given = witnessed
      .filter((record) => record.shard === shard)
      .map((record) => place.get(record.sequenceNumber) ?? -1);
    const problem = orderProblem(given, inShard.length);
    if (problem !== undefined) problems.push(`the consumer of the stream, ${shard}: ${problem}`);
  }
}

async function storedRecords(kinesis: KinesisClient): Promise<readonly StoredRecord[]> {
  const records: StoredRecord[] = [];
  const { Shards = [] } = await ask((options) => kinesis.send(new ListShardsCommand({ StreamName }), options));
  for (const { ShardId } of Shards) {
    const from = new GetShardIteratorCommand({ StreamName, ShardId, ShardIteratorType: 'TRIM_HORIZON' });
    let { ShardIterator } = await ask((options) => kinesis.send(from, options));
    for (;;) {
      const read = new GetRecordsCommand({ ShardIterator });
      const { Records = [], NextShardIterator } = await ask((options) => kinesis.send(read, options));
      if (Records.length === 0) break;
      for (const { SequenceNumber = '', Data = new Uint8Array() } of Records) {
        records.push({ shard: ShardId ?? '', sequenceNumber: SequenceNumber, text: Buffer.from(Data).toString() });
      }
      ShardIterator = NextShardIterator;
    }
  }
  return records;
}
