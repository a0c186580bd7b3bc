import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import { uuidv7 } from '../ids.ts';
import type { BlobStore } from '../ports/blob-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { Quarantine } from '../ports/quarantine.ts';
import { inParallel } from './batches.ts';
import { calling } from './errors.ts';
import { queryAll } from './query-all.ts';

export interface DynamoQuarantineOptions {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  /** Takes what an item is too small for. */
  readonly blobs: BlobStore;
  readonly clock: Clock;
}

const DAY = 86_400_000;
const KEPT_DAYS = 14;
/** A producer that breaks its contract does so with every event; one partition takes 1,000 writes/s of 1 KB. */
const SHARDS = 8;
const QUERIES_AT_ONCE = 16;
/** Bytes of an event that stays in its item, which takes 400 KB. */
const MAX_INLINE = 200 * 1024;
const MAX_REASON = 2_000;

/**
 * The quarantine on DynamoDB, for 14 days: an item an event, partitioned by the day (UTC) and a shard, so that what is new
 * is found without a scan.
 */
export class DynamoQuarantine implements Quarantine {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #blobs: BlobStore;
  readonly #clock: Clock;

  constructor({ documents, table, blobs, clock }: DynamoQuarantineOptions) {
    this.#documents = documents;
    this.#table = table;
    this.#blobs = blobs;
    this.#clock = clock;
  }

  async put(reason: string, event: string): Promise<void> {
    const now = this.#clock.now();
    const id = uuidv7(now);
    // UTF-8, and so DynamoDB, has no half surrogate pairs; what broke its contract may well have some.
    const text = event.toWellFormed();
    const Item = {
      pk: `${dayOf(now)}#${shardOf(id)}`,
      sk: id,
      reason: reason.slice(0, MAX_REASON).toWellFormed(),
      ...(await this.#keep(text, `quarantine/${dayOf(now)}/${id}`)),
      expiresAt: Math.ceil((now + KEPT_DAYS * DAY) / 1_000),
    };
    await calling({ action: 'dynamodb:PutItem', resource: `the table ${this.#table}` }, () =>
      this.#documents.send(new PutCommand({ TableName: this.#table, Item })),
    );
  }

  /** Reads all that is kept, for DynamoDB counts by reading: for an operator's question, not for each call. */
  async count(): Promise<number> {
    const now = this.#clock.now();
    const partitions: string[] = [];
    for (let day = 0; day <= KEPT_DAYS; day++) {
      for (let shard = 0; shard < SHARDS; shard++) partitions.push(`${dayOf(now - day * DAY)}#${shard}`);
    }
    const counts = await inParallel(partitions, QUERIES_AT_ONCE, (partition) => this.#countOne(partition, now));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async #keep(text: string, key: string): Promise<{ event: string } | { blob: string }> {
    if (Buffer.byteLength(text) <= MAX_INLINE) return { event: text };
    await this.#blobs.put(key, Buffer.from(text));
    return { blob: key };
  }

  async #countOne(partition: string, now: number): Promise<number> {
    const { count } = await queryAll(this.#documents, {
      TableName: this.#table,
      Select: 'COUNT',
      KeyConditionExpression: 'pk = :partition',
      // DynamoDB deletes what expired within days.
      FilterExpression: 'expiresAt > :now',
      ExpressionAttributeValues: { ':partition': partition, ':now': now / 1_000 },
    });
    return count;
  }
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The last digit of a UUIDv7 is random. */
function shardOf(id: string): number {
  return Number.parseInt(id.slice(-1), 16) % SHARDS;
}
