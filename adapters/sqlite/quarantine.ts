import type { StatementSync } from 'node:sqlite';
import type { Clock } from '#shared/ports/clock.ts';
import { InvalidCursorError } from '#shared/ports/errors.ts';
import {
  MAX_PAGE_LENGTH,
  type Quarantine,
  type QuarantinedEvent,
  type QuarantinePage,
  type QuarantineQuery,
} from '#shared/ports/quarantine.ts';
import type { Database } from './database.ts';

export class SqliteQuarantine implements Quarantine {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #insert: StatementSync;
  readonly #count: StatementSync;
  readonly #page: StatementSync;

  readonly #noticed: (reason: string) => void;

  /** `noticed` gets the reason of each event that the inline fold puts here, because no handler counts these events. */
  constructor(database: Database, clock: Clock, noticed: (reason: string) => void = () => {}) {
    this.#database = database;
    this.#clock = clock;
    this.#noticed = noticed;
    this.#insert = database.prepare('INSERT INTO quarantine (time, reason, event) VALUES (?, ?, ?)');
    this.#count = database.prepare('SELECT count(*) AS count FROM quarantine');
    // Read as bytes: a text of SQLite ends at a NUL, and an event that broke its contract may contain one.
    this.#page = database.prepare(
      'SELECT position, time, reason, CAST(event AS BLOB) AS event FROM quarantine WHERE position < ? ORDER BY position DESC',
    );
  }

  async put(reason: string, event: string): Promise<void> {
    await this.#database.write(() => this.#insert.run(this.#clock.now(), reason, event));
  }

  /** Puts the event in the running transaction. */
  putWithin(reason: string, event: string): void {
    this.#insert.run(this.#clock.now(), reason, event);
    this.#database.afterDurable(() => this.#noticed(reason));
  }

  async count(): Promise<number> {
    const row = await this.#database.read(() => this.#count.get());
    return Number(row?.count ?? 0);
  }

  async list({ limit, cursor }: QuarantineQuery): Promise<QuarantinePage> {
    const before = cursor === undefined ? Number.MAX_SAFE_INTEGER : positionOf(cursor);
    return this.#database.read(() => this.#readPage(before, limit));
  }

  #readPage(before: number, limit: number): QuarantinePage {
    const events: QuarantinedEvent[] = [];
    let length = 0;
    for (const row of this.#page.iterate(before)) {
      const last = events.at(-1);
      if (last !== undefined && (events.length === limit || length >= MAX_PAGE_LENGTH))
        return { events, next: last.id };
      const event = Buffer.from(row.event as Uint8Array).toString();
      length += event.length;
      events.push({ id: String(row.position), at: Number(row.time), reason: String(row.reason), event });
    }
    return { events };
  }
}

function positionOf(cursor: string): number {
  if (!/^[1-9][0-9]{0,14}$/.test(cursor)) throw new InvalidCursorError();
  return Number(cursor);
}
