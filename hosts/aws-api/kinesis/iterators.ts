import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { InputReader } from '../input-reader.ts';
import type { kinesisInputs } from '../reference/kinesis.ts';
import { limits } from '../reference/limits.ts';
import { expiredIterator, foreignSequenceNumber, futureTimestamp, invalidArgument } from './errors.ts';
import type { Streams } from './streams.ts';

/** The position in a shard at which reading starts. */
export interface StreamPosition {
  readonly stream: string;
  readonly shard: string;
  /** The sequence number before the first record. At the beginning of the shard it is undefined. */
  readonly after: string | undefined;
}

export interface PositionOptions {
  readonly stream: StandaloneRuntime['stream'];
  readonly streams: Streams;
  readonly clock: Clock;
}

type ShardIteratorType = (typeof kinesisInputs.GetShardIterator.ShardIteratorType.values)[number];

const { iteratorMinutes } = limits.kinesis;

/** The position that the input of GetShardIterator names. @throws ServiceError */
export async function positionOf(
  input: InputReader,
  { stream, streams, clock }: PositionOptions,
): Promise<StreamPosition> {
  const name = streams.named(input);
  const shard = input.requiredString('ShardId');
  await streams.checkShard(name, shard);
  const type = input.requiredString('ShardIteratorType') as ShardIteratorType;
  const at = (after: string | undefined): StreamPosition => ({ stream: name, shard, after });
  switch (type) {
    case 'TRIM_HORIZON':
      return at(undefined);
    case 'LATEST':
      return at(await stream.newest(name, shard));
    case 'AT_SEQUENCE_NUMBER':
      return at(before(await sequenceNumber(type)));
    case 'AFTER_SEQUENCE_NUMBER':
      return at(await sequenceNumber(type));
    case 'AT_TIMESTAMP': {
      const time = input.time('Timestamp');
      if (time === undefined) throw missingFor(type, 'timestampInMillis', 'timestamp');
      if (time > clock.now()) throw futureTimestamp(time, clock.now());
      const first = await stream.firstSince(name, shard, time);
      return at(first === undefined ? await stream.newest(name, shard) : before(first));
    }
    default:
      return type satisfies never;
  }

  /** A sequence number that the stream gave to a record of this shard. */
  async function sequenceNumber(type: ShardIteratorType): Promise<string> {
    const number = input.string('StartingSequenceNumber');
    if (number === undefined) throw missingFor(type, 'startingSequenceNumber', 'startingSequenceNumber');
    if (!isSequenceNumber(number) || !(await stream.hasGiven(name, shard, number))) {
      throw foreignSequenceNumber(number, shard, name);
    }
    return number;
  }
}

export function iteratorFor({ stream, shard, after }: StreamPosition, clock: Clock): string {
  return Buffer.from(JSON.stringify([stream, shard, after ?? '0', clock.now()])).toString('base64url');
}

/** @throws ServiceError when the text is not an iterator, or the iterator is older than five minutes */
export function readIterator(text: string, clock: Clock): StreamPosition {
  let parts: unknown;
  try {
    parts = JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    // The text is not an iterator. The next check refuses it, as it refuses JSON of another shape.
  }
  const [stream, shard, after, at] = Array.isArray(parts) ? (parts as unknown[]) : [];
  if (typeof stream !== 'string' || typeof shard !== 'string' || !isSequenceNumber(after) || typeof at !== 'number') {
    throw invalidArgument('Invalid ShardIterator.');
  }
  if (clock.now() - at > iteratorMinutes * 60_000) throw expiredIterator(iteratorMinutes);
  return { stream, shard, after };
}

function missingFor(type: ShardIteratorType, parameter: string, name: string) {
  return invalidArgument(
    `Must specify ${parameter} parameter for iterator of type ${type}. Current request has no ${name} parameter.`,
  );
}

/** At most 15 digits: each sequence number of the mesh is exact as a double. */
function isSequenceNumber(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,15}$/.test(value);
}

function before(sequence: string): string {
  return String(Math.max(0, Number(sequence) - 1));
}
