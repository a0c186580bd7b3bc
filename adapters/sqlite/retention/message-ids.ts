import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';
import { KNOWN_FOR_MS, KNOWN_MESSAGES } from '../recent-messages.ts';
import { STEP_LIMIT, type Step, type Work } from './step.ts';
import { TimedRows } from './timed-rows.ts';

/** What tells a message that is sent again: needed for an hour, and for as long as its task is there. */
export class MessageIdPruner {
  readonly #rows: TimedRows;
  readonly #orphans: StatementSync;

  constructor(database: Database) {
    this.#rows = new TimedRows(database, {
      table: 'task_messages',
      key: 'message',
      time: 'created_at',
      size: '0',
      keepsNewest: true,
    });
    this.#orphans = database.prepare(
      `DELETE FROM task_messages WHERE message BETWEEN ? AND ?
       AND NOT EXISTS (SELECT 1 FROM tasks WHERE tasks.id = task_messages.task_id)`,
    );
  }

  /** @param endedBefore the time before which tasks that ended are gone. Milliseconds since 1970. */
  async prune(work: Work, now: number, endedBefore: number): Promise<void> {
    const useless = await work.read(() => {
      const last = this.#rows.last() ?? 0;
      return Math.max(this.#rows.lastBefore(now - KNOWN_FOR_MS) ?? 0, last - KNOWN_MESSAGES);
    });
    await work.run('message_ids', useless, (upTo) => this.#rows.deleteUpTo(upTo));
    const [first, upTo] = await work.read(() => [this.#rows.first(), this.#rows.lastBefore(endedBefore)]);
    if (first === undefined || upTo === undefined) return;
    await work.run('message_ids', first, (from) => this.#pruneOrphans(from, upTo));
  }

  #pruneOrphans(from: number, upTo: number): Step<number> {
    const to = Math.min(upTo, from + STEP_LIMIT.rows - 1);
    const { changes } = this.#orphans.run(from, to);
    return { pruned: Number(changes), next: to < upTo ? to + 1 : undefined };
  }
}
