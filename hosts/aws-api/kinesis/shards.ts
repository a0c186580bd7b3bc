import type { Clock } from '#shared/ports/clock.ts';
import type { InputReader } from '../input-reader.ts';
import { pageOf } from '../pages.ts';
import { limits } from '../reference/limits.ts';
import type { Operation } from '../service.ts';
import { futureTimestamp, invalidArgument, validationMessages } from './errors.ts';
import { pageToken, readPageToken } from './page-tokens.ts';
import type { Streams } from './streams.ts';

/** The number of hashes. Partition keys are hashed to 128 bits, and each shard has an equal share of the hashes. */
const HASHES = 2n ** 128n;

const { listedShards } = limits.kinesis;

/** The members that AWS refuses together with NextToken, which names the stream and the place. */
const withoutToken = ['StreamName', 'StreamARN', 'StreamCreationTimestamp', 'ExclusiveStartShardId', 'ShardFilter'];

/** ListShards. Shards are never split or merged. So each filter returns all shards, except AFTER_SHARD_ID. */
export function shardList(streams: Streams, clock: Clock): Operation {
  return async (input) => {
    const token = input.string('NextToken');
    const { name, after } = token === undefined ? first(input, streams, clock) : next(token, input, streams, clock);
    const shards = describedShards(await streams.shards(name));
    const { items, next: pageEnd } = pageOf(
      shards.filter(({ ShardId }) => after === undefined || ShardId > after),
      {
        name: ({ ShardId }) => ShardId,
        limit: Math.min(input.integer('MaxResults') ?? listedShards, listedShards),
        token: undefined,
        invalid: () => invalidArgument('Invalid NextToken.'),
      },
    );
    const last = items.at(-1)?.ShardId;
    return {
      Shards: items,
      ...(pageEnd !== undefined && { NextToken: pageToken(JSON.stringify([name, last]), clock) }),
    };
  };
}

/** The shards of a stream, as Kinesis describes them. */
export function describedShards(shards: readonly string[]) {
  return shards.map((ShardId, index) => ({
    ShardId,
    HashKeyRange: rangeOf(BigInt(index), BigInt(shards.length)),
    SequenceNumberRange: { StartingSequenceNumber: '0' },
  }));
}

interface Listing {
  readonly name: string;
  /** The listing goes on after this shard. */
  readonly after: string | undefined;
}

function first(input: InputReader, streams: Streams, clock: Clock): Listing {
  const name = streams.named(input);
  const filter = input.structure('ShardFilter');
  return { name, after: input.string('ExclusiveStartShardId') ?? (filter && afterShard(filter, clock)) };
}

/** A call for a further page does not name the stream. Its token does. */
function next(token: string, input: InputReader, streams: Streams, clock: Clock): Listing {
  const [given] = withoutToken.filter((member) => input.has(member));
  if (given !== undefined) throw invalidArgument(`NextToken and ${given} cannot be provided together.`);
  const [name, after] = partsOf(readPageToken(token, clock));
  if (typeof name !== 'string' || typeof after !== 'string' || !streams.names().includes(name)) {
    throw invalidArgument('Invalid NextToken.');
  }
  return { name, after };
}

function partsOf(text: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(text);
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}

/** The shard of the filter AFTER_SHARD_ID. @throws ServiceError when the filter lacks what its type needs */
function afterShard(filter: InputReader, clock: Clock): string | undefined {
  const type = filter.string('Type');
  if (type === undefined) throw validationMessages.missing('ShardFilter.Type');
  const time = filter.time('Timestamp');
  if (type === 'AT_TIMESTAMP' || type === 'FROM_TIMESTAMP') {
    if (time === undefined) throw invalidArgument(`ShardFilter with the Type ${type} must have a Timestamp.`);
    if (time > clock.now()) throw futureTimestamp(time, clock.now());
  }
  if (type !== 'AFTER_SHARD_ID') return undefined;
  const shard = filter.string('ShardId');
  if (shard === undefined) throw invalidArgument(`ShardFilter with the Type ${type} must have a ShardId.`);
  return shard;
}

function rangeOf(index: bigint, count: bigint): { StartingHashKey: string; EndingHashKey: string } {
  return {
    StartingHashKey: String((HASHES * index + count - 1n) / count),
    EndingHashKey: String((HASHES * (index + 1n) + count - 1n) / count - 1n),
  };
}
