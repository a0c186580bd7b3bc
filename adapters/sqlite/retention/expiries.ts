import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';
import { STEP_LIMIT, type Step, type Work } from './step.ts';

/** Rows that store the time of their end: side effects of agents, and deduplication ids of FIFO queues. */
export class ExpiryPruner {
  readonly #sideEffects: StatementSync;
  readonly #deduplications: StatementSync;

  constructor(database: Database) {
    const expired = (table: string, key: string) =>
      database.prepare(
        `DELETE FROM ${table} WHERE ${key} IN (SELECT ${key} FROM ${table} WHERE expires_at < ? LIMIT ${STEP_LIMIT.rows})`,
      );
    this.#sideEffects = expired('idempotency', 'id');
    this.#deduplications = expired('fifo_deduplications', 'deduplication');
  }

  async prune(work: Work, now: number): Promise<void> {
    await work.run('idempotency', now, (time) => stepOf(this.#sideEffects, time));
    await work.run('message_ids', now, (time) => stepOf(this.#deduplications, time));
  }
}

function stepOf(expired: StatementSync, now: number): Step<number> {
  const pruned = Number(expired.run(now).changes);
  return { pruned, next: pruned === STEP_LIMIT.rows ? now : undefined };
}
