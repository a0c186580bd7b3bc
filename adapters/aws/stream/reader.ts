import {
  GetRecordsCommand,
  type GetRecordsCommandOutput,
  GetShardIteratorCommand,
  type GetShardIteratorCommandInput,
  type KinesisClient,
  ListShardsCommand,
} from '@aws-sdk/client-kinesis';
import type { Clock } from '#shared/ports/clock.ts';
import type { ReadOptions, StreamRecord } from '#shared/ports/event-stream.ts';
import type { sleep } from '#shared/sleep.ts';
import { awsName } from '../errors.ts';
import { onStream } from './call.ts';
import { streamRecord } from './record.ts';

export interface AwsStreamReaderOptions {
  readonly client: KinesisClient;
  readonly clock: Clock;
  readonly pause: typeof sleep;
}

/**
 * Milliseconds between two GetRecords of a shard, so four reads a second. A shard allows five, for all its readers
 * together (https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html).
 */
const READ_INTERVAL = 250;
/** Milliseconds between two reads after several found nothing. Lambda's own poller waits as long. */
const IDLE_INTERVAL = 1_000;
/** Milliseconds for which an iterator is used. Kinesis accepts it for 300,000. */
const ITERATOR_LIFE = 240_000;
/** GetRecords returns at most this many records. */
const MAX_RECORDS = 10_000;
/** Milliseconds before now. The newest record is looked for in these windows first, then in the whole shard. */
const NEWEST_WINDOWS = [60_000, 3_600_000];

/** The position behind the record `after`, as Kinesis keeps it. */
interface Cursor {
  readonly after: string | undefined;
  /** Undefined at the end of a shard that was split or merged. No more records come. */
  readonly iterator: string | undefined;
  /** The time when Kinesis gave the iterator, in milliseconds since 1970. */
  readonly since: number;
}

interface Page {
  readonly records: readonly StreamRecord[];
  readonly next: string | undefined;
  /** Whether the next page may have more. An empty page does not mean the end: Kinesis answers a long gap with them. */
  readonly behind: boolean;
}

/**
 * Reads shards of Kinesis Data Streams by GetRecords. A shard allows five reads a second for all its readers together.
 */
export class AwsStreamReader {
  readonly #client: KinesisClient;
  readonly #clock: Clock;
  readonly #pause: typeof sleep;
  readonly #cursors = new Map<string, Cursor>();
  readonly #lastReads = new Map<string, number>();

  constructor({ client, clock, pause }: AwsStreamReaderOptions) {
    this.#client = client;
    this.#clock = clock;
    this.#pause = pause;
  }

  /** All shards that have records, also the shards that an earlier split or merge closed. */
  async shards(stream: string): Promise<readonly string[]> {
    const shards: string[] = [];
    let NextToken: string | undefined;
    do {
      const command = new ListShardsCommand(NextToken === undefined ? { StreamName: stream } : { NextToken });
      const page = await onStream('kinesis:ListShards', stream, () => this.#client.send(command));
      for (const { ShardId } of page.Shards ?? []) if (ShardId !== undefined) shards.push(ShardId);
      NextToken = page.NextToken;
    } while (NextToken !== undefined);
    return shards;
  }

  async read(
    stream: string,
    shard: string,
    after: string | undefined,
    { max, wait, signal }: ReadOptions,
  ): Promise<readonly StreamRecord[]> {
    const until = this.#clock.now() + wait * 1000;
    const place = `${stream}/${shard}`;
    for (let empty = 0; ; empty++) {
      if (signal?.aborted) return [];
      const page = await this.#readOn(stream, shard, after, Math.min(max, MAX_RECORDS), signal);
      this.#cursors.set(place, {
        after: page.records.at(-1)?.sequenceNumber ?? after,
        iterator: page.next,
        since: this.#clock.now(),
      });
      const left = until - this.#clock.now();
      if (page.records.length > 0 || (left <= 0 && !page.behind)) return page.records;
      if (page.next === undefined) {
        // A closed shard. The wait keeps a reader's loop from spinning.
        await this.#pause(left, signal);
        return [];
      }
      if (!page.behind) await this.#pause(Math.min(left, READ_INTERVAL * 2 ** empty, IDLE_INTERVAL), signal);
    }
  }

  async newest(stream: string, shard: string): Promise<string | undefined> {
    const now = this.#clock.now();
    const starts: Pick<GetShardIteratorCommandInput, 'ShardIteratorType' | 'Timestamp'>[] = [
      ...NEWEST_WINDOWS.map((window) => ({
        ShardIteratorType: 'AT_TIMESTAMP' as const,
        Timestamp: new Date(now - window),
      })),
      { ShardIteratorType: 'TRIM_HORIZON' },
    ];
    for (const start of starts) {
      let newest: string | undefined;
      let iterator = await this.#iterator(stream, shard, start);
      for (let behind = true; behind && iterator !== undefined; ) {
        const page = await this.#getRecords(stream, shard, iterator, MAX_RECORDS);
        newest = page.records.at(-1)?.sequenceNumber ?? newest;
        ({ next: iterator, behind } = page);
      }
      if (newest !== undefined) return newest;
    }
    return undefined;
  }

  /** The next page behind `after`. Uses the iterator of the previous read if it can, else a new one. */
  async #readOn(
    stream: string,
    shard: string,
    after: string | undefined,
    max: number,
    signal: AbortSignal | undefined,
  ): Promise<Page> {
    const cursor = this.#cursors.get(`${stream}/${shard}`);
    const fits = cursor?.after === after && this.#clock.now() - (cursor?.since ?? 0) < ITERATOR_LIFE;
    try {
      if (cursor && fits) {
        if (cursor.iterator === undefined) return { records: [], next: undefined, behind: false };
        return await this.#getRecords(stream, shard, cursor.iterator, max, signal);
      }
    } catch (error) {
      if (!isExpired(error)) throw error;
    }
    const start =
      after === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' as const }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER' as const, StartingSequenceNumber: after };
    const iterator = await this.#iterator(stream, shard, start);
    return this.#getRecords(stream, shard, iterator, max, signal);
  }

  async #iterator(
    stream: string,
    shard: string,
    start: Omit<GetShardIteratorCommandInput, 'StreamName' | 'ShardId'>,
  ): Promise<string | undefined> {
    const command = new GetShardIteratorCommand({ StreamName: stream, ShardId: shard, ...start });
    const { ShardIterator } = await onStream('kinesis:GetShardIterator', stream, () => this.#client.send(command));
    return ShardIterator;
  }

  async #getRecords(
    stream: string,
    shard: string,
    iterator: string | undefined,
    max: number,
    signal?: AbortSignal,
  ): Promise<Page> {
    await this.#turn(`${stream}/${shard}`, signal);
    const command = new GetRecordsCommand({ ShardIterator: iterator, Limit: max });
    return onStream('kinesis:GetRecords', stream, async () => {
      let output: GetRecordsCommandOutput;
      try {
        output = await this.#client.send(command, signal === undefined ? {} : { abortSignal: signal });
      } catch (error) {
        if (signal?.aborted) return { records: [], next: iterator, behind: false };
        throw error;
      }
      const { Records = [], NextShardIterator, MillisBehindLatest = 0 } = output;
      return {
        records: Records.map(streamRecord),
        next: NextShardIterator,
        behind: NextShardIterator !== undefined && MillisBehindLatest > 0,
      };
    });
  }

  /** Waits until the shard may be read again. */
  async #turn(place: string, signal: AbortSignal | undefined): Promise<void> {
    const now = this.#clock.now();
    const at = Math.max(now, (this.#lastReads.get(place) ?? 0) + READ_INTERVAL);
    // Noted before the wait, so that two readers of a shard take turns.
    this.#lastReads.set(place, at);
    await this.#pause(at - now, signal);
  }
}

function isExpired(error: unknown): boolean {
  return error instanceof Error && awsName(error.cause) === 'ExpiredIteratorException';
}
