import type { StatementSync } from 'node:sqlite';
import { uuidv7 } from '../ids.ts';
import type { Clock } from '../ports/clock.ts';
import { QueueNotFoundError } from '../ports/errors.ts';
import type {
  OutgoingMessage,
  Queue,
  QueueDepth,
  QueueSettings,
  ReceivedMessage,
  ReceiveOptions,
} from '../ports/queue.ts';
import type { Database } from './database.ts';
import { Waiters } from './waiters.ts';

interface State {
  readonly settings: QueueSettings;
  readonly waiters: Waiters;
}

interface MessageRow {
  id: number;
  message_id: string;
  body: string;
  attributes: string | null;
  sent_at: number;
  receive_count: number;
  first_received_at: number | null;
}

/** Queues on SQLite. Settings live in memory: whoever consumes a queue makes it at start. */
export class EmbeddedQueue implements Queue {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #queues = new Map<string, State>();
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #receive: StatementSync;
  readonly #bury: StatementSync;
  readonly #delete: StatementSync;
  readonly #change: StatementSync;
  readonly #release: StatementSync;
  readonly #nextVisible: StatementSync;
  readonly #depth: StatementSync;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#insert = database.prepare(
      'INSERT INTO messages (queue, message_id, body, attributes, sent_at, visible_at) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#select = database.prepare(
      `SELECT id, message_id, body, attributes, sent_at, receive_count, first_received_at FROM messages
       WHERE queue = ? AND visible_at <= ? ORDER BY visible_at, id LIMIT ?`,
    );
    this.#receive = database.prepare(
      'UPDATE messages SET visible_at = ?, receive_count = ?, first_received_at = ? WHERE id = ?',
    );
    this.#bury = database.prepare('UPDATE messages SET queue = ?, visible_at = ?, receive_count = 0 WHERE id = ?');
    this.#delete = database.prepare('DELETE FROM messages WHERE id = ? AND queue = ? AND receive_count = ?');
    this.#change = database.prepare(
      'UPDATE messages SET visible_at = ? WHERE id = ? AND queue = ? AND receive_count = ? AND visible_at > ?',
    );
    this.#release = database.prepare(
      'UPDATE messages SET visible_at = ? WHERE queue = ? AND visible_at > ? AND receive_count > 0',
    );
    this.#nextVisible = database.prepare(
      'SELECT visible_at AS at FROM messages WHERE queue = ? AND visible_at > ? ORDER BY visible_at LIMIT 1',
    );
    this.#depth = database.prepare(
      `SELECT count(*) FILTER (WHERE visible_at <= ?1) AS visible,
              count(*) FILTER (WHERE visible_at > ?1 AND receive_count > 0) AS in_flight,
              count(*) FILTER (WHERE visible_at > ?1 AND receive_count = 0) AS delayed
       FROM messages WHERE queue = ?2`,
    );
  }

  async create(name: string, settings: QueueSettings): Promise<void> {
    this.#queues.set(name, { settings, waiters: this.#queues.get(name)?.waiters ?? new Waiters() });
  }

  send(name: string, messages: readonly OutgoingMessage[]): Promise<readonly { readonly messageId: string }[]> {
    return this.#database.write(() => messages.map((message) => ({ messageId: this.sendWithin(name, message) })));
  }

  /** Sends as a part of the unit of work that is running. */
  sendWithin(name: string, message: OutgoingMessage): string {
    const { waiters } = this.#state(name);
    const now = this.#clock.now();
    const messageId = uuidv7(now);
    const attributes = message.attributes ? JSON.stringify(message.attributes) : null;
    this.#insert.run(name, messageId, message.body, attributes, now, now + (message.delay ?? 0) * 1000);
    this.#database.afterDurable(waiters.wake);
    return messageId;
  }

  async receive(name: string, options: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    const state = this.#state(name);
    const until = this.#clock.now() + options.wait * 1000;
    for (;;) {
      if (options.signal?.aborted) return [];
      const mark = state.waiters.mark;
      const { messages, nextAt } = await this.#database.writeLazily(() => this.#look(name, state, options));
      if (messages.length > 0) return messages;
      const now = this.#clock.now();
      if (now >= until) return [];
      await state.waiters.wait(mark, Math.min(until, nextAt ?? until) - now, options.signal);
    }
  }

  /** A deleted message may come back after a crash, as SQS allows: the delete waits for no sync. */
  async delete(name: string, receiptHandles: readonly string[]): Promise<void> {
    this.#state(name);
    const receipts = receiptHandles.map(parseReceipt);
    await this.#database.writeLazily(() => {
      for (const { id, receiveCount } of receipts) this.#delete.run(id, name, receiveCount);
    });
  }

  async changeVisibility(name: string, receiptHandle: string, timeout: number): Promise<void> {
    const { waiters } = this.#state(name);
    const { id, receiveCount } = parseReceipt(receiptHandle);
    await this.#database.write(() => {
      const now = this.#clock.now();
      this.#change.run(now + timeout * 1000, id, name, receiveCount, now);
      this.#database.afterDurable(waiters.wake);
    });
  }

  async depth(name: string): Promise<QueueDepth> {
    this.#state(name);
    const row = (await this.#database.read(() => this.#depth.get(this.#clock.now(), name))) as {
      visible: number;
      in_flight: number;
      delayed: number;
    };
    return { visible: row.visible, inFlight: row.in_flight, delayed: row.delayed };
  }

  /**
   * Makes what is in flight visible again. For the start of a process that alone consumes the queue: whoever received
   * those messages died with the process before.
   */
  async releaseInFlight(name: string): Promise<number> {
    const { waiters } = this.#state(name);
    return this.#database.write(() => {
      const now = this.#clock.now();
      this.#database.afterDurable(waiters.wake);
      return Number(this.#release.run(now, name, now).changes);
    });
  }

  /** Takes what is visible; where nothing is, tells when something will be. Both of one moment, so that none falls between. */
  #look(name: string, state: State, options: ReceiveOptions): { messages: ReceivedMessage[]; nextAt?: number } {
    const now = this.#clock.now();
    const messages = this.#take(name, state, options, now);
    if (messages.length > 0) return { messages };
    const next = this.#nextVisible.get(name, now) as { at: number } | undefined;
    return { messages, ...(next && { nextAt: next.at }) };
  }

  /** Takes what is visible. Exhausted messages go to the dead letters on the way, and others are taken in their place. */
  #take(name: string, { settings }: State, options: ReceiveOptions, now: number): ReceivedMessage[] {
    const { maxReceiveCount = Number.POSITIVE_INFINITY, deadLetterQueue } = settings;
    const visibleAt = now + (options.visibilityTimeout ?? settings.visibilityTimeout) * 1000;
    for (;;) {
      const rows = this.#select.all(name, now, options.max) as unknown as MessageRow[];
      const received: ReceivedMessage[] = [];
      for (const row of rows) {
        if (deadLetterQueue !== undefined && row.receive_count >= maxReceiveCount) {
          this.#moveToDeadLetters(row.id, deadLetterQueue, now);
        } else {
          received.push(this.#deliver(row, now, visibleAt));
        }
      }
      if (received.length > 0 || rows.length === 0) return received;
    }
  }

  #deliver(row: MessageRow, now: number, visibleAt: number): ReceivedMessage {
    const receiveCount = row.receive_count + 1;
    const firstReceivedAt = row.first_received_at ?? now;
    this.#receive.run(visibleAt, receiveCount, firstReceivedAt, row.id);
    return {
      messageId: row.message_id,
      receiptHandle: `${row.id}.${receiveCount}`,
      body: row.body,
      attributes: row.attributes === null ? {} : JSON.parse(row.attributes),
      receiveCount,
      sentAt: row.sent_at,
      firstReceivedAt,
    };
  }

  #moveToDeadLetters(id: number, deadLetterQueue: string, now: number): void {
    this.#bury.run(deadLetterQueue, now, id);
    const waiters = this.#queues.get(deadLetterQueue)?.waiters;
    if (waiters) this.#database.afterDurable(waiters.wake);
  }

  #state(name: string): State {
    const state = this.#queues.get(name);
    if (state === undefined) throw new QueueNotFoundError(name);
    return state;
  }
}

/** A receipt is the row and the receive it was given for, so that an old one fits nothing. */
function parseReceipt(receiptHandle: string): { id: number; receiveCount: number } {
  const [id, receiveCount] = receiptHandle.split('.');
  return { id: Number(id), receiveCount: Number(receiveCount) };
}
