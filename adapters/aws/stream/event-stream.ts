import type { KinesisClient } from '@aws-sdk/client-kinesis';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Clock, systemClock } from '#shared/ports/clock.ts';
import type { EventStream, OutgoingRecord, ReadOptions, StreamRecord } from '#shared/ports/event-stream.ts';
import { sleep } from '#shared/sleep.ts';
import { StreamPositions } from './positions.ts';
import { AwsStreamReader } from './reader.ts';
import { AwsStreamWriter, type AwsStreamWriterOptions } from './writer.ts';

export interface AwsEventStreamOptions extends AwsStreamWriterOptions {
  readonly client: KinesisClient;
  readonly documents: DynamoDBDocumentClient;
  /** The table `positions`. */
  readonly positionsTable: string;
  readonly clock?: Clock;
  readonly pause?: typeof sleep;
}

/**
 * Streams on Kinesis Data Streams. DynamoDB keeps the positions of consumers.
 *
 * In a deployed stack, Lambda's event source mapping reads. `read` is for consumers on containers and plain servers.
 * When a record's data is in the blob store, the record has a reference. `ClaimCheck.redeemRecord` returns the data.
 *
 * After a split or merge, the new shards have the later records of the same keys. A consumer that needs a key's order
 * across that moment must read a shard to its end before its children. Our own consumers order a task's events by their
 * sequence.
 */
export class AwsEventStream implements EventStream {
  readonly #writer: AwsStreamWriter;
  readonly #reader: AwsStreamReader;
  readonly #positions: StreamPositions;

  constructor(options: AwsEventStreamOptions) {
    const { client, documents, positionsTable, clock = systemClock } = options;
    this.#writer = new AwsStreamWriter(options);
    this.#reader = new AwsStreamReader({ client, clock, pause: options.pause ?? sleep });
    this.#positions = new StreamPositions(documents, positionsTable);
  }

  put(stream: string, records: readonly OutgoingRecord[]): Promise<readonly { readonly sequenceNumber: string }[]> {
    return this.#writer.put(stream, records);
  }

  shards(stream: string): Promise<readonly string[]> {
    return this.#reader.shards(stream);
  }

  read(
    stream: string,
    shard: string,
    after: string | undefined,
    options: ReadOptions,
  ): Promise<readonly StreamRecord[]> {
    return this.#reader.read(stream, shard, after, options);
  }

  newest(stream: string, shard: string): Promise<string | undefined> {
    return this.#reader.newest(stream, shard);
  }

  position(consumer: string, stream: string, shard: string): Promise<string | undefined> {
    return this.#positions.get(consumer, stream, shard);
  }

  checkpoint(consumer: string, stream: string, shard: string, sequenceNumber: string): Promise<void> {
    return this.#positions.advance(consumer, stream, shard, sequenceNumber);
  }
}
