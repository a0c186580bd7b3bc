import { pageOf } from '../pages.ts';
import type { Operation } from '../service.ts';
import { invalidArgument, validationMessages } from './errors.ts';
import type { Streams } from './streams.ts';

/** The number of hashes. Partition keys are hashed to 128 bits, and each shard has an equal share of the hashes. */
const HASHES = 2n ** 128n;

/** https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ShardFilter.html */
const filters = [
  'AFTER_SHARD_ID',
  'AT_TRIM_HORIZON',
  'FROM_TRIM_HORIZON',
  'AT_LATEST',
  'AT_TIMESTAMP',
  'FROM_TIMESTAMP',
];

/** ListShards. Shards are never split or merged. So each filter returns all shards, except AFTER_SHARD_ID. */
export function shardList(streams: Streams): Operation {
  return async (input) => {
    const token = input.string('NextToken');
    const [name, pageToken] = token === undefined ? [streams.named(input), undefined] : readToken(token, streams);
    const filter = input.structure('ShardFilter');
    const after =
      input.string('ExclusiveStartShardId') ?? afterShard(filter?.string('Type'), filter?.string('ShardId'));
    const shards = await streams.shards(name);
    const { items, next } = pageOf(
      shards.map((id, index) => ({ id, index })).filter(({ id }) => after === undefined || id > after),
      {
        name: ({ id }) => id,
        limit: input.integer('MaxResults', { from: 1, to: 10_000 }) ?? 1000,
        token: pageToken,
        invalid: () => invalidArgument('Invalid NextToken.'),
      },
    );
    return {
      Shards: items.map(({ id, index }) => ({
        ShardId: id,
        HashKeyRange: rangeOf(BigInt(index), BigInt(shards.length)),
        SequenceNumberRange: { StartingSequenceNumber: '0' },
      })),
      ...(next !== undefined && { NextToken: `${name}:${next}` }),
    };
  };
}

/** A call for a further page does not name the stream. Its token contains the name. */
function readToken(token: string, streams: Streams): [stream: string, pageToken: string] {
  const [name = '', pageToken = ''] = token.split(/:(.*)/s, 2);
  if (!streams.names().includes(name)) throw invalidArgument('Invalid NextToken.');
  return [name, pageToken];
}

function afterShard(type: string | undefined, shard: string | undefined): string | undefined {
  if (type !== undefined && !filters.includes(type)) {
    throw validationMessages.invalid('ShardFilter.Type', type, `one of ${filters.join(', ')}`);
  }
  if (type !== 'AFTER_SHARD_ID') return undefined;
  if (shard === undefined) throw invalidArgument('AFTER_SHARD_ID needs a ShardId.');
  return shard;
}

function rangeOf(index: bigint, count: bigint): { StartingHashKey: string; EndingHashKey: string } {
  return {
    StartingHashKey: String((HASHES * index + count - 1n) / count),
    EndingHashKey: String((HASHES * (index + 1n) + count - 1n) / count - 1n),
  };
}
