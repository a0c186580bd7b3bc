import type { StatementSync } from 'node:sqlite';
import type { TaskId } from '#shared/ids.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { Database } from './database.ts';

/** How long the mesh recognizes a message that is sent again. */
export const KNOWN_FOR_MS = 60 * 60_000;
/** How many messages the mesh recognizes at most: about 20 MB. */
export const KNOWN_MESSAGES = 100_000;

/** One message of a client to an agent. */
export interface MessageKey {
  readonly owner: string;
  readonly agentId: string;
  readonly messageId: string;
}

/**
 * Knows which task each message of the last hour made. Lookups use memory; the table only grows at its end. An index on
 * ids that clients choose would cost a call ten times as much as the row.
 */
export class RecentMessages {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #insert: StatementSync;
  /** Ordered by time. */
  readonly #known = new Map<string, { readonly taskId: TaskId; readonly at: number }>();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#insert = database.prepare(
      'INSERT INTO task_messages (owner, agent_id, message_id, task_id, created_at) VALUES (?, ?, ?, ?, ?)',
    );
    const newest = database.prepare(
      `SELECT owner, agent_id, message_id, task_id, created_at FROM
         (SELECT * FROM task_messages ORDER BY message DESC LIMIT ?) WHERE created_at > ? ORDER BY message`,
    );
    for (const row of newest.iterate(KNOWN_MESSAGES, clock.now() - KNOWN_FOR_MS)) {
      const key = {
        owner: String(row.owner),
        agentId: String(row.agent_id),
        messageId: String(row.message_id),
      };
      this.#known.set(keyText(key), { taskId: row.task_id as TaskId, at: Number(row.created_at) });
    }
  }

  /** The task that the message made. */
  find(key: MessageKey): TaskId | undefined {
    const known = this.#known.get(keyText(key));
    return known !== undefined && known.at > this.#clock.now() - KNOWN_FOR_MS ? known.taskId : undefined;
  }

  /** Stores the message in the running transaction. */
  add(key: MessageKey, taskId: TaskId): void {
    const at = this.#clock.now();
    this.#insert.run(key.owner, key.agentId, key.messageId, taskId, at);
    const text = keyText(key);
    this.#known.delete(text);
    this.#known.set(text, { taskId, at });
    this.#database.onRollback(() => this.#known.delete(text));
    this.#forget(at - KNOWN_FOR_MS);
  }

  #forget(before: number): void {
    for (const [text, { at }] of this.#known) {
      if (at > before && this.#known.size <= KNOWN_MESSAGES) return;
      this.#known.delete(text);
    }
  }
}

/** The key is unambiguous, because client ids and agent ids contain no line break. */
function keyText({ owner, agentId, messageId }: MessageKey): string {
  return `${agentId}\n${owner}\n${messageId}`;
}
