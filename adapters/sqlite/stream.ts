import { hash } from 'node:crypto';
import type { StatementSync } from 'node:sqlite';
import type { Clock } from '#shared/ports/clock.ts';
import type { StreamControl } from '#shared/ports/control-plane.ts';
import { StreamNotFoundError } from '#shared/ports/errors.ts';
import type { EventStream, OutgoingRecord, ReadOptions, StreamRecord } from '#shared/ports/event-stream.ts';
import type { Database } from './database.ts';
import { readPage } from './page.ts';
import { Waiters } from './waiters.ts';

interface RecordRow {
  sequence: number;
  partition_key: string;
  data: Uint8Array;
  arrived_at: number;
}

/** A record that may choose its shard. */
export interface PlacedRecord extends OutgoingRecord {
  /** Replaces the MD5 of the partition key: the decimal digits of a number below 2^128. */
  readonly explicitHashKey?: string;
}

export interface PutRecord {
  readonly sequenceNumber: string;
  readonly shard: string;
}

/** Streams on SQLite, each with `shards` shards. The MD5 of the partition key selects the shard, as on Kinesis. */
export class SqliteStream implements EventStream, StreamControl {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #streams = new Map<string, { readonly shards: number; readonly waiters: Waiters }>();
  readonly #insert: StatementSync;
  readonly #read: StatementSync;
  readonly #newest: StatementSync;
  readonly #since: StatementSync;
  readonly #given: StatementSync;
  readonly #position: StatementSync;
  readonly #checkpoint: StatementSync;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#insert = database.prepare(
      'INSERT INTO records (stream, shard, partition_key, data, arrived_at) VALUES (?, ?, ?, ?, ?)',
    );
    this.#read = database.prepare(
      `SELECT sequence, partition_key, data, arrived_at FROM records
       WHERE stream = ? AND shard = ? AND sequence > ? ORDER BY sequence LIMIT ?`,
    );
    this.#newest = database.prepare('SELECT max(sequence) AS sequence FROM records WHERE stream = ? AND shard = ?');
    this.#since = database.prepare(
      'SELECT sequence FROM records WHERE stream = ? AND shard = ? AND arrived_at >= ? ORDER BY sequence LIMIT 1',
    );
    // Pruned records are older than all that the shard still has. A shard without records may have had any number so far.
    this.#given = database.prepare(
      `SELECT ?3 <= coalesce(
                (SELECT max(sequence) FROM records WHERE stream = ?1 AND shard = ?2),
                (SELECT seq FROM sqlite_sequence WHERE name = 'records'), 0)
          AND NOT EXISTS (SELECT 1 FROM records WHERE sequence = ?3 AND (stream <> ?1 OR shard <> ?2)) AS given`,
    );
    this.#position = database.prepare(
      'SELECT sequence FROM checkpoints WHERE consumer = ? AND stream = ? AND shard = ?',
    );
    this.#checkpoint = database.prepare(
      `INSERT INTO checkpoints (consumer, stream, shard, sequence) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET sequence = max(sequence, excluded.sequence)`,
    );
  }

  async create(stream: string, shards: number): Promise<void> {
    if (!this.#streams.has(stream)) this.#streams.set(stream, { shards, waiters: new Waiters() });
  }

  put(stream: string, records: readonly PlacedRecord[]): Promise<readonly PutRecord[]> {
    const { shards, waiters } = this.#state(stream);
    return this.#database.write(() => {
      const now = this.#clock.now();
      this.#database.afterDurable(waiters.wake);
      return records.map(({ partitionKey, explicitHashKey, data }) => {
        const shard =
          explicitHashKey === undefined ? shardOf(partitionKey, shards) : shardOfHash(explicitHashKey, shards);
        const { lastInsertRowid } = this.#insert.run(stream, shard, partitionKey, data, now);
        return { sequenceNumber: String(lastInsertRowid), shard: shardName(shard) };
      });
    });
  }

  async shards(stream: string): Promise<readonly string[]> {
    return Array.from({ length: this.#state(stream).shards }, (_, shard) => shardName(shard));
  }

  async read(
    stream: string,
    shard: string,
    after: string | undefined,
    options: ReadOptions,
  ): Promise<readonly StreamRecord[]> {
    const { waiters } = this.#state(stream);
    const until = this.#clock.now() + options.wait * 1000;
    for (;;) {
      if (options.signal?.aborted) return [];
      const mark = waiters.mark;
      const { rows } = await this.#database.read(() =>
        readPage<RecordRow>(
          this.#read.iterate(stream, shardNumber(shard), Number(after ?? 0), options.max),
          ({ data }) => data.length,
        ),
      );
      const left = until - this.#clock.now();
      if (rows.length > 0 || left <= 0) return rows.map(toRecord);
      await waiters.wait(mark, left, options.signal);
    }
  }

  async newest(stream: string, shard: string): Promise<string | undefined> {
    this.#state(stream);
    const row = await this.#database.read(() => this.#newest.get(stream, shardNumber(shard)));
    return typeof row?.sequence === 'number' ? String(row.sequence) : undefined;
  }

  /** The names of all streams. */
  names(): readonly string[] {
    return [...this.#streams.keys()];
  }

  /** The shard of the records with a partition key. */
  shardOf(stream: string, partitionKey: string): string {
    return shardName(shardOf(partitionKey, this.#state(stream).shards));
  }

  /** The sequence number of the first record that arrived at or after `time` (milliseconds since 1970). */
  async firstSince(stream: string, shard: string, time: number): Promise<string | undefined> {
    this.#state(stream);
    const row = await this.#database.read(() => this.#since.get(stream, shardNumber(shard), time));
    return row === undefined ? undefined : String(row.sequence);
  }

  /** Whether a record of the shard has or had this sequence number. Numbers of deleted records count, and 0. */
  async hasGiven(stream: string, shard: string, sequenceNumber: string): Promise<boolean> {
    this.#state(stream);
    const row = await this.#database.read(() => this.#given.get(stream, shardNumber(shard), Number(sequenceNumber)));
    return row?.given === 1;
  }

  async position(consumer: string, stream: string, shard: string): Promise<string | undefined> {
    const row = await this.#database.read(() => this.#position.get(consumer, stream, shardNumber(shard)));
    return row === undefined ? undefined : String(row.sequence);
  }

  /** Does not wait for the sync. A crash may undo a checkpoint; records are then delivered again, as Kinesis allows. */
  async checkpoint(consumer: string, stream: string, shard: string, sequenceNumber: string): Promise<void> {
    await this.#database.writeLazily(() => {
      this.#checkpoint.run(consumer, stream, shardNumber(shard), Number(sequenceNumber));
    });
  }

  #state(stream: string) {
    const state = this.#streams.get(stream);
    if (state === undefined) throw new StreamNotFoundError(stream);
    return state;
  }
}

function toRecord(row: RecordRow): StreamRecord {
  return {
    partitionKey: row.partition_key,
    data: row.data,
    sequenceNumber: String(row.sequence),
    arrivedAt: row.arrived_at,
  };
}

/** Kinesis divides the range of the 128-bit hash evenly. The first 32 bits of the hash are enough to tell the shard. */
function shardOf(partitionKey: string, shards: number): number {
  const first = hash('md5', partitionKey, 'buffer').readUInt32BE(0);
  return Math.floor((first / 2 ** 32) * shards);
}

function shardOfHash(hashKey: string, shards: number): number {
  return Number((BigInt(hashKey) * BigInt(shards)) >> 128n);
}

function shardName(shard: number): string {
  return `shardId-${String(shard).padStart(12, '0')}`;
}

function shardNumber(name: string): number {
  return Number(name.slice('shardId-'.length));
}
