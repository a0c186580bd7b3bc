import type { StatementSync } from 'node:sqlite';
import { DEDUPLICATION_INTERVAL_MS } from '#shared/ports/fifo.ts';
import type { QueueDepth } from '#shared/ports/queue.ts';
import type { Database } from './database.ts';
import {
  bodyBytes,
  CLEAR_BYTES,
  CLEAR_ROWS,
  excuseInFlightIn,
  idsOf,
  type MovableRange,
  type Receipt,
  type ReceiptState,
  receiptState,
  type Sent,
} from './message-rows.ts';
import { readPage } from './page.ts';
import { storeAttributes } from './stored-attributes.ts';

export interface FifoRow {
  sequence: number;
  message_group: string;
  message_id: string;
  deduplication_id: string;
  body: string;
  attributes: string | null;
  sent_at: number;
  visible_at: number;
  receive_count: number;
  excused: number;
  first_received_at: number | null;
  dead_letter_source: string | null;
}

/** The first message with a deduplication id. */
export interface Known {
  readonly messageId: string;
  readonly sequence: number;
}

/** The columns of a new row that are not in the message. Times in milliseconds since 1970. */
export interface FifoSentAs {
  readonly messageId: string;
  readonly groupId: string;
  readonly deduplicationId: string;
  /** Identifies duplicates: the deduplication id, after the group if the deduplication scope is `messageGroup`. */
  readonly deduplicationKey: string;
  readonly now: number;
  readonly visibleAt: number;
}

/** How many expired deduplication ids a send deletes: more than the one it adds, but few enough to be quick. */
const SWEPT = 8;

/** The statements on the tables of FIFO queues. Use them only inside transactions. */
export class FifoRows {
  readonly #insert: StatementSync;
  readonly #duplicate: StatementSync;
  readonly #remember: StatementSync;
  readonly #forget: StatementSync;
  readonly #freeGroups: StatementSync;
  readonly #nextFreeAt: StatementSync;
  readonly #messages: StatementSync;
  readonly #receive: StatementSync;
  readonly #moveToDeadLetters: StatementSync;
  readonly #remove: StatementSync;
  readonly #delete: StatementSync;
  readonly #change: StatementSync;
  readonly #excuse: StatementSync;
  readonly #release: StatementSync;
  readonly #excuseInFlight: StatementSync;
  readonly #releaseGroups: StatementSync;
  readonly #joinGroup: StatementSync;
  readonly #group: StatementSync;
  readonly #putGroup: StatementSync;
  readonly #deleteGroup: StatementSync;
  readonly #depth: StatementSync;
  readonly #state: StatementSync;
  readonly #newest: StatementSync;
  readonly #sizes: StatementSync;
  readonly #movableGroups: StatementSync;
  readonly #forgetQueue: StatementSync;

  constructor(database: Database) {
    this.#insert = database.prepare(
      `INSERT INTO fifo_messages
         (queue, message_group, message_id, deduplication_id, body, event, attributes, sent_at, visible_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#duplicate = database.prepare(
      `SELECT message_id AS messageId, sequence FROM fifo_deduplications
       WHERE queue = ? AND deduplication_id = ? AND expires_at > ?`,
    );
    this.#remember = database.prepare(
      `INSERT INTO fifo_deduplications (queue, deduplication_id, message_id, sequence, expires_at) VALUES (?, ?, ?, ?, ?)
       ON CONFLICT (queue, deduplication_id) DO UPDATE
       SET message_id = excluded.message_id, sequence = excluded.sequence, expires_at = excluded.expires_at`,
    );
    this.#forget = database.prepare(
      `DELETE FROM fifo_deduplications WHERE deduplication IN
         (SELECT deduplication FROM fifo_deduplications WHERE expires_at <= ? ORDER BY expires_at LIMIT ${SWEPT})`,
    );
    this.#freeGroups = database.prepare(
      'SELECT message_group AS id FROM fifo_groups WHERE queue = ? AND free_at <= ? ORDER BY free_at, head LIMIT ?',
    );
    this.#nextFreeAt = database.prepare(
      'SELECT free_at AS at FROM fifo_groups WHERE queue = ? ORDER BY free_at LIMIT 1',
    );
    this.#messages = database.prepare(
      `SELECT sequence, message_group, message_id, deduplication_id, coalesce(body, events.event) AS body, attributes,
              sent_at, visible_at, receive_count, excused, first_received_at, dead_letter_source
       FROM fifo_messages LEFT JOIN events ON position = fifo_messages.event
       WHERE queue = ? AND message_group = ? ORDER BY sequence LIMIT ?`,
    );
    this.#receive = database.prepare(
      'UPDATE fifo_messages SET visible_at = ?, receive_count = ?, first_received_at = ? WHERE sequence = ?',
    );
    this.#moveToDeadLetters = database.prepare(
      `INSERT INTO fifo_messages
         (queue, message_group, message_id, deduplication_id, body, event, attributes, sent_at, visible_at, dead_letter_source)
       SELECT ?, message_group, message_id, deduplication_id, body, event, attributes, ?, ?, queue
       FROM fifo_messages WHERE sequence = ?`,
    );
    this.#remove = database.prepare('DELETE FROM fifo_messages WHERE sequence = ?');
    this.#delete = database.prepare(
      `DELETE FROM fifo_messages WHERE sequence = ? AND queue = ? AND receive_count = ? AND visible_at > ?
       RETURNING message_group AS id`,
    );
    this.#change = database.prepare(
      `UPDATE fifo_messages SET visible_at = ? WHERE sequence = ? AND queue = ? AND receive_count = ? AND visible_at > ?
       RETURNING message_group AS id`,
    );
    this.#excuse = database.prepare(
      `UPDATE fifo_messages SET excused = excused + 1, visible_at = iif(receive_count = ?3, ?4, visible_at)
       WHERE sequence = ?1 AND queue = ?2 AND receive_count >= ?3 RETURNING message_group AS id`,
    );
    this.#excuseInFlight = database.prepare(excuseInFlightIn('fifo_messages'));
    this.#release = database.prepare(
      'UPDATE fifo_messages SET visible_at = ?1 WHERE queue = ?2 AND receive_count > 0 AND visible_at > ?1',
    );
    this.#releaseGroups = database.prepare(
      `UPDATE fifo_groups SET free_at = ?1 WHERE queue = ?2 AND free_at > ?1
       AND (SELECT receive_count FROM fifo_messages WHERE sequence = head) > 0`,
    );
    this.#joinGroup = database.prepare(
      'INSERT INTO fifo_groups (queue, message_group, free_at, head) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING',
    );
    this.#group = database.prepare(
      `SELECT sequence AS head, coalesce(
         (SELECT max(visible_at) FROM fifo_messages WHERE queue = ?1 AND message_group = ?2 AND receive_count > 0),
         visible_at) AS freeAt
       FROM fifo_messages WHERE queue = ?1 AND message_group = ?2 ORDER BY sequence LIMIT 1`,
    );
    this.#putGroup = database.prepare(
      `INSERT INTO fifo_groups (queue, message_group, free_at, head) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET free_at = excluded.free_at, head = excluded.head`,
    );
    this.#deleteGroup = database.prepare('DELETE FROM fifo_groups WHERE queue = ? AND message_group = ?');
    this.#depth = database.prepare(
      `SELECT count(*) FILTER (WHERE visible_at <= ?1) AS visible,
              count(*) FILTER (WHERE visible_at > ?1 AND receive_count > 0) AS inFlight,
              count(*) FILTER (WHERE visible_at > ?1 AND receive_count = 0) AS delayed
       FROM fifo_messages WHERE queue = ?2`,
    );
    this.#state = database.prepare(
      `SELECT receive_count AS receiveCount, visible_at AS visibleAt FROM fifo_messages WHERE sequence = ? AND queue = ?`,
    );
    this.#newest = database.prepare('SELECT max(sequence) AS sequence FROM fifo_messages');
    this.#sizes = database.prepare(
      `SELECT sequence, message_group, coalesce(octet_length(body), 0) AS bytes
       FROM fifo_messages WHERE queue = ? AND sequence <= ? LIMIT ${CLEAR_ROWS}`,
    );
    this.#movableGroups = database.prepare(
      `SELECT message_group AS id FROM fifo_groups WHERE queue = ? AND free_at <= ? AND head <= ?
       ORDER BY free_at, head LIMIT ?`,
    );
    this.#forgetQueue = database.prepare(
      `DELETE FROM fifo_deduplications WHERE deduplication IN
         (SELECT deduplication FROM fifo_deduplications WHERE queue = ? LIMIT ${CLEAR_ROWS})`,
    );
  }

  /** The message that was sent with this deduplication key within the deduplication interval. */
  duplicate(queue: string, deduplicationKey: string, now: number): Known | undefined {
    return this.#duplicate.get(queue, deduplicationKey, now) as unknown as Known | undefined;
  }

  /** Stores the message and its deduplication key. Returns the sequence. */
  insert(queue: string, message: Sent, as: FifoSentAs): number {
    const { messageId, groupId, deduplicationId, deduplicationKey, now, visibleAt } = as;
    const { body, event, attributes, attributeTypes, traceHeader } = message;
    const { lastInsertRowid } = this.#insert.run(
      queue,
      groupId,
      messageId,
      deduplicationId,
      event === undefined ? body : null,
      event ?? null,
      storeAttributes({
        ...(attributes && { attributes }),
        ...(attributeTypes && { attributeTypes }),
        ...(traceHeader !== undefined && { traceHeader }),
      }),
      now,
      visibleAt,
    );
    const sequence = Number(lastInsertRowid);
    this.#forget.run(now);
    this.#remember.run(queue, deduplicationKey, messageId, sequence, now + DEDUPLICATION_INTERVAL_MS);
    this.#joinGroup.run(queue, groupId, visibleAt, sequence);
    return sequence;
  }

  /** The free groups, ordered by the time at which they became free. */
  freeGroups(queue: string, now: number, max: number): readonly string[] {
    return this.#freeGroups.all(queue, now, max).map(({ id }) => String(id));
  }

  /** The earliest time at which a group of the queue is free. Undefined: the queue has no group. */
  visibleSince(queue: string): number | undefined {
    return (this.#nextFreeAt.get(queue) as { at: number } | undefined)?.at;
  }

  /** The first messages of a group, in order. Large messages end the list before `max`. */
  messages(queue: string, group: string, max: number, maxBytes: number): readonly FifoRow[] {
    return readPage<FifoRow>(this.#messages.iterate(queue, group, max), bodyBytes, maxBytes).rows;
  }

  receive(sequence: number, { visibleAt, receiveCount, firstReceivedAt }: Record<ReceiveField, number>): void {
    this.#receive.run(visibleAt, receiveCount, firstReceivedAt, sequence);
  }

  /** Moves a message to the end of the dead-letter queue. Its receive count starts again. */
  moveToDeadLetters({ sequence, message_group }: FifoRow, deadLetterQueue: string, now: number): void {
    const { lastInsertRowid } = this.#moveToDeadLetters.run(deadLetterQueue, now, now, sequence);
    this.#remove.run(sequence);
    this.#joinGroup.run(deadLetterQueue, message_group, now, lastInsertRowid);
  }

  /** Returns the group of the message. Undefined: the receipt is no longer valid. */
  delete(queue: string, { id, receiveCount }: Receipt, now: number): string | undefined {
    return groupOf(this.#delete.get(id, queue, receiveCount, now));
  }

  /** Returns the group of the message. Undefined: the receipt is no longer valid. */
  changeVisibility(queue: string, { id, receiveCount }: Receipt, visibleAt: number, now: number): string | undefined {
    return groupOf(this.#change.get(visibleAt, id, queue, receiveCount, now));
  }

  /**
   * Takes a receive out of the count. The message becomes visible at `visibleAt`, unless it was received again.
   * Returns its group. Undefined: the message is gone.
   */
  excuse(queue: string, { id, receiveCount }: Receipt, visibleAt: number): string | undefined {
    return groupOf(this.#excuse.get(id, queue, receiveCount, visibleAt));
  }

  excuseInFlight(queue: string, except: readonly string[], now: number): readonly string[] {
    return idsOf(this.#excuseInFlight.all(queue, now, JSON.stringify(except)));
  }

  /** Makes the messages in flight visible. Returns their number. */
  release(queue: string, now: number): number {
    const { changes } = this.#release.run(now, queue);
    this.#releaseGroups.run(now, queue);
    return Number(changes);
  }

  /** Updates the group's row. Call it when a message arrived, left or changed the time at which it is visible. */
  settle(queue: string, group: string): void {
    const state = this.#group.get(queue, group) as { head: number; freeAt: number } | undefined;
    if (state === undefined) this.#deleteGroup.run(queue, group);
    else this.#putGroup.run(queue, group, state.freeAt, state.head);
  }

  state(queue: string, receipt: Receipt, now: number): ReceiptState {
    return receiptState(receipt, this.#state.get(receipt.id, queue), now);
  }

  /** The sequence of the newest row of all queues. 0: no queue has a row. */
  newest(): number {
    return Number(this.#newest.get()?.sequence ?? 0);
  }

  /** Deletes some rows up to this sequence. Returns their number. */
  clear(queue: string, upTo: number): number {
    const sizes = this.#sizes.iterate(queue, upTo);
    const { rows } = readPage<Size>(sizes, ({ bytes }) => bytes, CLEAR_BYTES);
    for (const { sequence } of rows) this.#remove.run(sequence);
    for (const group of new Set(rows.map((row) => row.message_group))) this.settle(queue, group);
    return rows.length;
  }

  /** Forgets deduplication ids of the queue, some of them. Returns their number. */
  forget(queue: string): number {
    return Number(this.#forgetQueue.run(queue).changes);
  }

  /** Deletes a row. `settle` its group afterwards. */
  remove(sequence: number): void {
    this.#remove.run(sequence);
  }

  /** The first visible rows of free groups, up to this sequence: one page of them. The rows of a group are in order. */
  movable(queue: string, { now, upTo, max }: MovableRange): readonly FifoRow[] {
    return readPage<FifoRow>(this.#movableRows(queue, { now, upTo, max }), bodyBytes).rows.slice(0, max);
  }

  *#movableRows(queue: string, { now, upTo, max }: MovableRange): Iterable<FifoRow> {
    for (const { id } of this.#movableGroups.all(queue, now, upTo, max)) {
      for (const row of this.#messages.iterate(queue, String(id), max) as unknown as Iterable<FifoRow>) {
        if (row.visible_at > now || row.sequence > upTo) break;
        yield row;
      }
    }
  }

  depth(queue: string, now: number): QueueDepth {
    return { ...(this.#depth.get(now, queue) as unknown as QueueDepth) };
  }
}

interface Size {
  readonly sequence: number;
  readonly message_group: string;
  readonly bytes: number;
}

type ReceiveField = 'visibleAt' | 'receiveCount' | 'firstReceivedAt';

function groupOf(row: unknown): string | undefined {
  return (row as { id: string } | undefined)?.id;
}
