import type { StatementSync } from 'node:sqlite';
import type { Clock } from '../ports/clock.ts';
import type { Quarantine } from '../ports/quarantine.ts';
import type { Database } from './database.ts';

export class EmbeddedQuarantine implements Quarantine {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #insert: StatementSync;
  readonly #count: StatementSync;

  readonly #noticed: (reason: string) => void;

  /** `noticed` is told of what the fold puts here, as no handler is there to count it. */
  constructor(database: Database, clock: Clock, noticed: (reason: string) => void = () => {}) {
    this.#database = database;
    this.#clock = clock;
    this.#noticed = noticed;
    this.#insert = database.prepare('INSERT INTO quarantine (time, reason, event) VALUES (?, ?, ?)');
    this.#count = database.prepare('SELECT count(*) AS count FROM quarantine');
  }

  async put(reason: string, event: string): Promise<void> {
    await this.#database.write(() => this.#insert.run(this.#clock.now(), reason, event));
  }

  /** Puts as a part of the unit of work that is running. */
  putWithin(reason: string, event: string): void {
    this.#insert.run(this.#clock.now(), reason, event);
    this.#database.afterDurable(() => this.#noticed(reason));
  }

  async count(): Promise<number> {
    const row = await this.#database.read(() => this.#count.get());
    return Number(row?.count ?? 0);
  }
}
