import type { StatementSync } from 'node:sqlite';
import type { Clock } from '../ports/clock.ts';
import type { Quarantine } from '../ports/quarantine.ts';
import type { Database } from './database.ts';

export class EmbeddedQuarantine implements Quarantine {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #insert: StatementSync;
  readonly #count: StatementSync;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#insert = database.prepare('INSERT INTO quarantine (time, reason, event) VALUES (?, ?, ?)');
    this.#count = database.prepare('SELECT count(*) AS count FROM quarantine');
  }

  async put(reason: string, event: string): Promise<void> {
    await this.#database.write(() => this.putWithin(reason, event));
  }

  /** Puts as a part of the unit of work that is running. */
  putWithin(reason: string, event: string): void {
    this.#insert.run(this.#clock.now(), reason, event);
  }

  async count(): Promise<number> {
    const row = await this.#database.read(() => this.#count.get());
    return Number(row?.['count'] ?? 0);
  }
}
