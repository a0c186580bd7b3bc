import type { StatementSync } from 'node:sqlite';
import { parseJson } from '#shared/exact-json.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { IdempotencyItem, IdempotencyStore } from '#shared/ports/idempotency-store.ts';
import type { Database } from './database.ts';

interface Row {
  readonly id: string;
  readonly status: IdempotencyItem['status'];
  readonly expires_at: number;
  readonly in_progress_until: number | null;
  readonly data: string | null;
  readonly payload_hash: string | null;
}

/** One put out of this number also deletes expired items, at most `MAX_CLEARED`. DynamoDB does this by its TTL. */
const PUTS_PER_CLEARING = 256;
const MAX_CLEARED = 1_024;

/** Stores the side effects of agents in the SQLite file of a standalone mesh. */
export class SqliteIdempotencyStore implements IdempotencyStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #get: StatementSync;
  readonly #put: StatementSync;
  readonly #update: StatementSync;
  readonly #delete: StatementSync;
  readonly #clear: StatementSync;
  #puts = 0;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#get = database.prepare('SELECT * FROM idempotency WHERE id = ?');
    this.#put = database.prepare(
      `INSERT INTO idempotency (id, status, expires_at, in_progress_until, data, payload_hash)
       VALUES (:id, :status, :expiresAt, :inProgressUntil, :data, :payloadHash)
       ON CONFLICT (id) DO UPDATE SET status = excluded.status, expires_at = excluded.expires_at,
         in_progress_until = excluded.in_progress_until, data = excluded.data, payload_hash = excluded.payload_hash
       WHERE expires_at < :now OR (status = 'INPROGRESS' AND in_progress_until < :now)`,
    );
    this.#update = database.prepare(
      `INSERT INTO idempotency (id, status, expires_at, in_progress_until, data, payload_hash)
       VALUES (:id, :status, :expiresAt, :inProgressUntil, :data, :payloadHash)
       ON CONFLICT (id) DO UPDATE SET status = excluded.status, expires_at = excluded.expires_at,
         in_progress_until = coalesce(excluded.in_progress_until, in_progress_until),
         data = coalesce(excluded.data, data), payload_hash = coalesce(excluded.payload_hash, payload_hash)`,
    );
    this.#delete = database.prepare('DELETE FROM idempotency WHERE id = ?');
    this.#clear = database.prepare(
      'DELETE FROM idempotency WHERE id IN (SELECT id FROM idempotency WHERE expires_at < ? LIMIT ?)',
    );
  }

  async get(id: string): Promise<IdempotencyItem | undefined> {
    const row = await this.#database.read(() => this.#find(id));
    return row && itemOf(row);
  }

  async put(item: IdempotencyItem): Promise<IdempotencyItem | undefined> {
    const existing = await this.#database.write(() => {
      const now = this.#clock.now();
      if (++this.#puts % PUTS_PER_CLEARING === 0) this.#clear.run(now, MAX_CLEARED);
      const { changes } = this.#put.run({ ...parametersOf(item), now });
      return changes > 0 ? undefined : this.#find(item.id);
    });
    return existing && itemOf(existing);
  }

  async update(item: IdempotencyItem): Promise<void> {
    await this.#database.write(() => this.#update.run(parametersOf(item)));
  }

  async delete(id: string): Promise<void> {
    await this.#database.write(() => this.#delete.run(id));
  }

  #find(id: string): Row | undefined {
    return this.#get.get(id) as Row | undefined;
  }
}

function parametersOf({ id, status, expiresAt, inProgressUntil, data, payloadHash }: IdempotencyItem) {
  return {
    id,
    status,
    expiresAt,
    inProgressUntil: inProgressUntil ?? null,
    data: data === undefined ? null : JSON.stringify(data),
    payloadHash: payloadHash ?? null,
  };
}

function itemOf(row: Row): IdempotencyItem {
  return {
    id: row.id,
    status: row.status,
    expiresAt: row.expires_at,
    ...(row.in_progress_until !== null && { inProgressUntil: row.in_progress_until }),
    ...(row.data !== null && { data: parseJson(row.data) }),
    ...(row.payload_hash !== null && { payloadHash: row.payload_hash }),
  };
}
