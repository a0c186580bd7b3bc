import { type DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { uuidv7 } from '#shared/ids.ts';
import type { BlobStore } from '#shared/ports/blob-store.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { InvalidCursorError } from '#shared/ports/errors.ts';
import {
  MAX_PAGE_LENGTH,
  type Quarantine,
  type QuarantinedEvent,
  type QuarantinePage,
  type QuarantineQuery,
} from '#shared/ports/quarantine.ts';
import { inParallel } from './batches.ts';
import { calling } from './errors.ts';
import { queryAll } from './query-all.ts';
import { timeOf } from './tasks/made-tasks.ts';

export interface DynamoQuarantineOptions {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  /** Stores events that are too large for an item. */
  readonly blobs: BlobStore;
  readonly clock: Clock;
  /** Milliseconds for which an event is kept. */
  readonly retentionMs: number;
}

const DAY = 86_400_000;
/** A producer that breaks its contract breaks it with every event. One partition takes 1,000 writes/s of 1 KB. */
const SHARDS = 8;
const QUERIES_AT_ONCE = 16;
/** Bytes. A smaller event stays in its item, which takes 400 KB. */
const MAX_INLINE = 200 * 1024;
const MAX_REASON = 2_000;

/**
 * The quarantine on DynamoDB. Each event is an item. The partition key is the day (UTC) and a shard, so that a query
 * finds the newest events without a scan.
 */
export class DynamoQuarantine implements Quarantine {
  readonly #documents: DynamoDBDocumentClient;
  readonly #table: string;
  readonly #blobs: BlobStore;
  readonly #clock: Clock;
  readonly #retentionMs: number;

  constructor({ documents, table, blobs, clock, retentionMs }: DynamoQuarantineOptions) {
    this.#documents = documents;
    this.#table = table;
    this.#blobs = blobs;
    this.#clock = clock;
    this.#retentionMs = retentionMs;
  }

  async put(reason: string, event: string): Promise<void> {
    const now = this.#clock.now();
    const id = uuidv7(now);
    // UTF-8, and so DynamoDB, has no half surrogate pairs. An event that broke its contract may have some.
    const text = event.toWellFormed();
    const Item = {
      pk: `${dayOf(now)}#${shardOf(id)}`,
      sk: id,
      at: now,
      reason: reason.slice(0, MAX_REASON).toWellFormed(),
      ...(await this.#keep(text, `quarantine/${dayOf(now)}/${id}`)),
      expiresAt: Math.ceil((now + this.#retentionMs) / 1_000),
    };
    await calling({ action: 'dynamodb:PutItem', resource: `the table ${this.#table}` }, () =>
      this.#documents.send(new PutCommand({ TableName: this.#table, Item })),
    );
  }

  /**
   * Reads all kept events, because DynamoDB counts by reading. Call it for an operator's question, not in each call.
   */
  async count(): Promise<number> {
    const now = this.#clock.now();
    const partitions: string[] = [];
    for (let day = 0; day * DAY <= this.#retentionMs + DAY; day++) {
      for (let shard = 0; shard < SHARDS; shard++) partitions.push(`${dayOf(now - day * DAY)}#${shard}`);
    }
    const counts = await inParallel(partitions, QUERIES_AT_ONCE, (partition) => this.#countOne(partition, now));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async list({ limit, cursor }: QuarantineQuery): Promise<QuarantinePage> {
    const now = this.#clock.now();
    const from = cursor === undefined ? undefined : placeOf(cursor);
    const events: QuarantinedEvent[] = [];
    let length = 0;
    for (let day = 0; day * DAY <= this.#retentionMs + DAY; day++) {
      const date = dayOf(now - day * DAY);
      if (from !== undefined && date > from.date) continue;
      for await (const item of this.#newestOf(date, from?.date === date ? from.id : undefined, limit, now)) {
        const last = events.at(-1);
        if (last !== undefined && (events.length === limit || length >= MAX_PAGE_LENGTH)) {
          return { events, next: last.id };
        }
        const event = await this.#read(item);
        length += event?.length ?? 0;
        // The id includes the day, because the key alone does not tell it: the ids of a process keep rising when its
        // clock steps back.
        const id = `${date}/${item.sk}`;
        events.push({ id, at: item.at, reason: item.reason, ...(event !== undefined && { event }) });
      }
    }
    return { events };
  }

  /** The items of a day, the newest first. Reads the day's shards together, each as far as the others are known. */
  async *#newestOf(date: string, before: string | undefined, limit: number, now: number): AsyncIterable<Item> {
    let upper = before ?? AFTER_ALL;
    for (;;) {
      const shards = Array.from({ length: SHARDS }, (_, shard) => `${date}#${shard}`);
      const pages = await Promise.all(shards.map((partition) => this.#page(partition, upper, limit + 1, now)));
      // When a shard has more items, those below the last one that was read are not known yet.
      const known = pages.reduce((highest, { rest }) => (rest !== undefined && rest > highest ? rest : highest), '');
      const items = pages.flatMap(({ items }) => items).filter(({ sk }) => sk >= known);
      yield* items.sort((a, b) => (a.sk < b.sk ? 1 : -1));
      if (known === '') return;
      upper = known;
    }
  }

  /** `rest` is the key of the last item that was read. More items may follow it. */
  async #page(partition: string, before: string, limit: number, now: number) {
    const { Items = [], LastEvaluatedKey } = await calling(
      { action: 'dynamodb:Query', resource: `the table ${this.#table}` },
      () =>
        this.#documents.send(
          new QueryCommand({
            TableName: this.#table,
            KeyConditionExpression: 'pk = :partition AND sk < :before',
            FilterExpression: 'expiresAt > :now',
            ExpressionAttributeValues: { ':partition': partition, ':before': before, ':now': now / 1_000 },
            ScanIndexForward: false,
            Limit: limit,
          }),
        ),
    );
    return { items: Items.map(itemOf), rest: LastEvaluatedKey?.sk as string | undefined };
  }

  async #read({ event, blob }: Item): Promise<string | undefined> {
    if (blob === undefined) return event;
    const bytes = await this.#blobs.get(blob);
    return bytes === undefined ? undefined : Buffer.from(bytes).toString();
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
      // DynamoDB deletes an expired item only after some days.
      FilterExpression: 'expiresAt > :now',
      ExpressionAttributeValues: { ':partition': partition, ':now': now / 1_000 },
    });
    return count;
  }
}

/** An event as the table stores it. */
interface Item {
  readonly sk: string;
  readonly at: number;
  readonly reason: string;
  readonly event: string | undefined;
  readonly blob: string | undefined;
}

/** Greater than any UUID. */
const AFTER_ALL = 'g';

function itemOf({ sk, at, reason, event, blob }: Readonly<Record<string, unknown>>): Item {
  return {
    sk: String(sk),
    // Items of earlier versions have no `at`. Their id contains the time.
    at: Number(at ?? timeOf(String(sk))),
    reason: String(reason),
    event: event as string | undefined,
    blob: blob as string | undefined,
  };
}

/** A cursor is the id of the last event of its page: the day and the item's key. */
function placeOf(cursor: string): { readonly date: string; readonly id: string } {
  const [, date, id] = /^(\d{4}-\d\d-\d\d)\/([0-9a-f-]{36})$/.exec(cursor) ?? [];
  if (date === undefined || id === undefined) throw new InvalidCursorError();
  return { date, id };
}

function dayOf(time: number): string {
  return new Date(time).toISOString().slice(0, 10);
}

/** The last digit of a UUIDv7 is random. */
function shardOf(id: string): number {
  return Number.parseInt(id.slice(-1), 16) % SHARDS;
}
