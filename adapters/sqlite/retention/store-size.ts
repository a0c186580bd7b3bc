import { stat } from 'node:fs/promises';
import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';

/** The size of the store in bytes. */
export class StoreSize {
  readonly #file: string;
  readonly #live: StatementSync;

  constructor(database: Database) {
    this.#file = database.file;
    this.#live = database.prepare(
      `SELECT (page_count - freelist_count) * page_size AS bytes
       FROM pragma_page_count, pragma_freelist_count, pragma_page_size`,
    );
  }

  /** The bytes of the pages in use. The file keeps pages that become free, and fills them before it grows. */
  live(): number {
    return Number(this.#live.get()?.bytes);
  }

  /** The bytes of the database file. */
  async file(): Promise<number> {
    return (await stat(this.#file)).size;
  }

  /** The bytes of the write-ahead log. It is reused and rarely shrinks. */
  async log(): Promise<number> {
    return (await stat(`${this.#file}-wal`)).size;
  }
}
