import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { InputReader } from '../input-reader.ts';
import { expiredIterator, invalidArgument, validationMessages } from './errors.ts';
import type { Streams } from './streams.ts';

/** The position in a shard at which reading starts. */
export interface StreamPosition {
  readonly stream: string;
  readonly shard: string;
  /** The sequence number before the first record. At the beginning of the shard it is undefined. */
  readonly after: string | undefined;
}

/** Minutes for which an iterator is valid, as on Kinesis. */
const LIFE = 5;

/** The position that the input of GetShardIterator names. @throws ServiceError */
export async function positionOf(
  input: InputReader,
  stream: StandaloneRuntime['stream'],
  streams: Streams,
): Promise<StreamPosition> {
  const name = streams.named(input);
  const shard = input.requiredString('ShardId');
  await streams.checkShard(name, shard);
  const type = input.requiredString('ShardIteratorType');
  const at = (after: string | undefined): StreamPosition => ({ stream: name, shard, after });
  switch (type) {
    case 'TRIM_HORIZON':
      return at(undefined);
    case 'LATEST':
      return at(await stream.newest(name, shard));
    case 'AT_SEQUENCE_NUMBER':
      return at(before(sequenceNumber(input)));
    case 'AFTER_SEQUENCE_NUMBER':
      return at(sequenceNumber(input));
    case 'AT_TIMESTAMP': {
      const time = input.time('Timestamp');
      if (time === undefined) throw invalidArgument('AT_TIMESTAMP needs a Timestamp.');
      const first = await stream.firstSince(name, shard, time);
      return at(first === undefined ? await stream.newest(name, shard) : before(first));
    }
    default:
      throw validationMessages.invalid('ShardIteratorType', type, 'an iterator type of Kinesis');
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
  if (clock.now() - at > LIFE * 60_000) throw expiredIterator(LIFE);
  return { stream, shard, after };
}

function sequenceNumber(input: InputReader): string {
  const text = input.string('StartingSequenceNumber');
  if (!isSequenceNumber(text)) throw invalidArgument('StartingSequenceNumber must be one that PutRecord gave.');
  return text;
}

/** At most 15 digits: each sequence number of the mesh is exact as a double. */
function isSequenceNumber(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,15}$/.test(value);
}

function before(sequence: string): string {
  return String(Math.max(0, Number(sequence) - 1));
}
