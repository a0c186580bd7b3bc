import { stat } from 'node:fs/promises';
import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';

/** How large the store is, in bytes. */
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

  /** Of the pages in use. The file keeps those that became free, and fills them before it grows. */
  live(): number {
    return Number(this.#live.get()?.bytes);
  }

  /** Of the database file. */
  async file(): Promise<number> {
    return (await stat(this.#file)).size;
  }

  /** Of the write-ahead log, which is reused and rarely shrinks. */
  async log(): Promise<number> {
    return (await stat(`${this.#file}-wal`)).size;
  }
}
