import type { StatementSync } from 'node:sqlite';
import type { Database } from '../database.ts';
import { FifoRows } from '../fifo-rows.ts';
import type { Step, Work } from './step.ts';

/** The number of messages that one transaction reads. */
const ROWS_PER_STEP = 500;

interface Row {
  readonly id: number;
  readonly queue: string;
  readonly sent_at: number;
  /** The message is in a FIFO queue. */
  readonly message_group?: string;
}

interface Table {
  readonly page: StatementSync;
  readonly delete: StatementSync;
}

export interface MessageRetention {
  /** Milliseconds for which a queue keeps a message. */
  readonly of: (queue: string) => number;
  /** The shortest of these times. When the pass meets a younger message, all later messages are younger too. */
  readonly shortest: number;
  /** Called within the transaction for a FIFO queue that lost a message. The messages behind it may be visible now. */
  readonly freed: (queue: string) => void;
}

/**
 * Messages that no consumer took. Like SQS, a queue keeps a message for its retention time from the moment it was sent,
 * even while the message is in flight.
 */
export class MessagePruner {
  readonly #standard: Table;
  readonly #fifo: Table;
  readonly #groups: FifoRows;

  constructor(database: Database) {
    this.#standard = tableOf(database, 'messages', 'id AS id, queue, sent_at', 'id');
    this.#fifo = tableOf(database, 'fifo_messages', 'sequence AS id, queue, sent_at, message_group', 'sequence');
    this.#groups = new FifoRows(database);
  }

  /** @param lost is told of the queue of each message that went */
  async prune(work: Work, now: number, retention: MessageRetention, lost: (queue: string) => void): Promise<void> {
    for (const table of [this.#standard, this.#fifo]) {
      const gone = new Map<number, readonly Row[]>();
      await work.run('messages', 0, (after) => {
        const step = this.#pruneAfter(table, after, now, retention);
        gone.set(after, step.gone);
        return step;
      });
      for (const { queue } of [...gone.values()].flat()) lost(queue);
    }
  }

  #pruneAfter(
    table: Table,
    after: number,
    now: number,
    { of, shortest, freed }: MessageRetention,
  ): Step<number> & { readonly gone: readonly Row[] } {
    const page = table.page.all(after) as unknown as Row[];
    const gone = page.filter(({ queue, sent_at }) => sent_at < now - of(queue));
    for (const { id, queue, message_group } of gone) {
      table.delete.run(id);
      if (message_group === undefined) continue;
      this.#groups.settle(queue, message_group);
      freed(queue);
    }
    const last = page.at(-1);
    const next =
      last === undefined || page.length < ROWS_PER_STEP || last.sent_at >= now - shortest ? undefined : last.id;
    return { pruned: gone.length, next, gone };
  }
}

function tableOf(database: Database, table: string, columns: string, id: string): Table {
  return {
    page: database.prepare(`SELECT ${columns} FROM ${table} WHERE ${id} > ? ORDER BY ${id} LIMIT ${ROWS_PER_STEP}`),
    delete: database.prepare(`DELETE FROM ${table} WHERE ${id} = ?`),
  };
}
