import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';
import { KNOWN_FOR_MS, KNOWN_MESSAGES, type MessageKey } from '../recent-messages.ts';
import { STEP_LIMIT, type Step, type Work } from './step.ts';
import { TimedRows } from './timed-rows.ts';

/** The number of rows that one transaction reads. */
const ROWS_PER_STEP = 500;

/** Whether the mesh still recognizes a message. */
export type KnowsMessage = (key: MessageKey) => boolean;

/**
 * The ids by which the mesh recognizes a message that is sent again. An id is needed for an hour, and for as long as
 * its task exists.
 */
export class MessageIdPruner {
  readonly #rows: TimedRows;
  readonly #orphans: StatementSync;
  readonly #page: StatementSync;
  readonly #delete: StatementSync;
  readonly #knows: KnowsMessage;

  constructor(database: Database, knows: KnowsMessage) {
    this.#knows = knows;
    this.#page = database.prepare(
      `SELECT message, owner, agent_id AS agentId, message_id AS messageId FROM task_messages
       WHERE message > ? AND message <= ? ORDER BY message LIMIT ${ROWS_PER_STEP}`,
    );
    this.#delete = database.prepare('DELETE FROM task_messages WHERE message = ?');
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
    const old = await work.read(() => this.#rows.lastBefore(now - KNOWN_FOR_MS) ?? 0);
    await work.run('message_ids', old, (upTo) => this.#rows.deleteUpTo(upTo));
    const tooMany = await work.read(() => (this.#rows.last() ?? 0) - KNOWN_MESSAGES);
    await work.run('message_ids', old, (after) => this.#pruneUnknown(after, tooMany));
    const [first, upTo] = await work.read(() => [this.#rows.first(), this.#rows.lastBefore(endedBefore)]);
    if (first === undefined || upTo === undefined) return;
    await work.run('message_ids', first, (from) => this.#pruneOrphans(from, upTo));
  }

  /** The mesh knows the newest messages. Of the older messages, it knows those of clients that sent few. */
  #pruneUnknown(after: number, upTo: number): Step<number> {
    const rows = this.#page.all(after, upTo) as unknown as (MessageKey & { readonly message: number })[];
    const unknown = rows.filter((row) => !this.#knows(row));
    for (const { message } of unknown) this.#delete.run(message);
    return { pruned: unknown.length, next: rows.length < ROWS_PER_STEP ? undefined : rows.at(-1)?.message };
  }

  #pruneOrphans(from: number, upTo: number): Step<number> {
    const to = Math.min(upTo, from + STEP_LIMIT.rows - 1);
    const { changes } = this.#orphans.run(from, to);
    return { pruned: Number(changes), next: to < upTo ? to + 1 : undefined };
  }
}
