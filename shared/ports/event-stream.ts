export interface OutgoingRecord {
  /** Records of one key keep their order. At most 256 characters. */
  readonly partitionKey: string;
  /** At most 1 MB. */
  readonly data: Uint8Array;
}

export interface StreamRecord extends OutgoingRecord {
  /** Decimal digits; grows within a shard. */
  readonly sequenceNumber: string;
  /** Milliseconds since 1970. */
  readonly arrivedAt: number;
}

export interface ReadOptions {
  readonly max: number;
  /** Seconds to wait for the first record. */
  readonly wait: number;
  readonly signal?: AbortSignal;
}

/**
 * Amazon Kinesis Data Streams' semantics: records of one partition key land in one shard and keep their order there,
 * and stay after they were read.
 *
 * Contract:
 * - `put` resolves when every record is durable, in the order given per partition key.
 * - `read` gives the records of a shard after a sequence number, oldest first, and waits without polling the store.
 * - `checkpoint` and `position` are a consumer's place in a shard; a place never moves back.
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
  /** The sequence number of the shard's last record, undefined while it has none. */
  newest(stream: string, shard: string): Promise<string | undefined>;
  position(consumer: string, stream: string, shard: string): Promise<string | undefined>;
  checkpoint(consumer: string, stream: string, shard: string, sequenceNumber: string): Promise<void>;
}
