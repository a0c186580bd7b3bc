export interface OutgoingRecord {
  /** Records with the same key keep their order. At most 256 characters. */
  readonly partitionKey: string;
  /** At most 1 MB. */
  readonly data: Uint8Array;
}

export interface StreamRecord extends OutgoingRecord {
  /** Decimal digits. Grows within a shard. */
  readonly sequenceNumber: string;
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
}

export interface ReadOptions {
  /** The most records to return. */
  readonly max: number;
  /** Seconds to wait for the first record. */
  readonly wait: number;
  readonly signal?: AbortSignal;
}

/**
 * Streams with the semantics of Amazon Kinesis Data Streams: all records of one partition key go to one shard and keep
 * their order there. Reading a record does not delete it.
 *
 * Contract:
 * - `put` resolves when each record is durable. Records with the same partition key keep the order of the call.
 * - `read` returns the records of a shard after a sequence number, oldest first. Without `after` it begins at the oldest
 *   record. It waits without polling the store. It returns fewer than `max` records if they are large, but at least one.
 * - `checkpoint` stores a consumer's position in a shard; `position` returns it. A position never moves back.
 *
 * Errors: `StreamNotFoundError` for an unknown stream.
 */
export interface EventStream {
  put(stream: string, records: readonly OutgoingRecord[]): Promise<readonly { readonly sequenceNumber: string }[]>;
  shards(stream: string): Promise<readonly string[]>;
  read(
    stream: string,
    shard: string,
    after: string | undefined,
    options: ReadOptions,
  ): Promise<readonly StreamRecord[]>;
  /** The sequence number of the shard's newest record. Undefined: the shard is empty. */
  newest(stream: string, shard: string): Promise<string | undefined>;
  position(consumer: string, stream: string, shard: string): Promise<string | undefined>;
  checkpoint(consumer: string, stream: string, shard: string, sequenceNumber: string): Promise<void>;
}
