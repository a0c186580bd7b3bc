import type { StatementSync } from 'node:sqlite';
import type { OutgoingMessage, QueueDepth } from '#shared/ports/queue.ts';
import type { Database } from './database.ts';
import { readPage } from './page.ts';
import { storeAttributes } from './stored-attributes.ts';

/** A message that is sent within the process. */
export interface Sent extends OutgoingMessage {
  /** The position of the archived event whose text is the body. The row then points at the event and stores no body. */
  readonly event?: number;
  /** The tenants of a standard queue take turns. Messages without a tenant belong to one common tenant. */
  readonly tenant?: string;
}

/** The tenant of messages without a tenant. */
export const COMMON_TENANT = '';

export interface MessageRow {
  id: number;
  tenant: string;
  message_id: string;
  body: string;
  attributes: string | null;
  sent_at: number;
  receive_count: number;
  excused: number;
  first_received_at: number | null;
  dead_letter_source: string | null;
}

/** Only an `inFlight` receipt is valid. `spent`: the message is visible or received again. `gone`: it is deleted. */
export type ReceiptState = 'inFlight' | 'spent' | 'gone';

/** Names a row and one receive of it. */
export interface Receipt {
  readonly id: number;
  readonly receiveCount: number;
}

/** The columns of a new row that are not in the message. Times in milliseconds since 1970. */
export interface SentAs {
  readonly messageId: string;
  readonly now: number;
  readonly visibleAt: number;
  /** True: a waiting receive has claimed the message. */
  readonly received: boolean;
}

/** Rows and bytes that one transaction deletes. Calls wait while it runs. */
export const CLEAR_ROWS = 500;
export const CLEAR_BYTES = 2 * 1024 * 1024;

interface Size {
  readonly id: number;
  readonly bytes: number;
}

interface TenantRow extends MovableRow {
  readonly tenant: string;
}

/** The rows that a move considers. */
export interface MovableRange {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly upTo: number;
  readonly max: number;
}

/** The statements on the table of messages. Use them only inside transactions. */
export class MessageRows {
  readonly #insert: StatementSync;
  readonly #visible: StatementSync;
  readonly #earliest: StatementSync;
  readonly #nextTenant: StatementSync;
  readonly #receive: StatementSync;
  readonly #moveToDeadLetters: StatementSync;
  readonly #delete: StatementSync;
  readonly #change: StatementSync;
  readonly #excuse: StatementSync;
  readonly #release: StatementSync;
  readonly #excuseInFlight: StatementSync;
  readonly #depth: StatementSync;
  readonly #state: StatementSync;
  readonly #newest: StatementSync;
  readonly #sizes: StatementSync;
  readonly #remove: StatementSync;
  readonly #movable: StatementSync;

  constructor(database: Database) {
    this.#insert = database.prepare(
      `INSERT INTO messages
         (queue, tenant, message_id, body, event, attributes, sent_at, visible_at, receive_count, first_received_at)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    );
    this.#visible = database.prepare(
      `SELECT id, tenant, message_id, coalesce(body, events.event) AS body, attributes, sent_at, receive_count, excused,
              first_received_at, dead_letter_source
       FROM messages LEFT JOIN events ON position = messages.event
       WHERE queue = ? AND tenant = ? AND visible_at <= ? ORDER BY visible_at, id LIMIT ?`,
    );
    this.#earliest = database.prepare(
      'SELECT visible_at AS at FROM messages WHERE queue = ? AND tenant = ? ORDER BY visible_at LIMIT 1',
    );
    this.#nextTenant = database.prepare(
      'SELECT tenant, visible_at AS at FROM messages WHERE queue = ? AND tenant > ? ORDER BY tenant, visible_at LIMIT 1',
    );
    this.#receive = database.prepare(
      'UPDATE messages SET visible_at = ?, receive_count = ?, first_received_at = ? WHERE id = ?',
    );
    this.#moveToDeadLetters = database.prepare(
      'UPDATE messages SET queue = ?, visible_at = ?, receive_count = 0, excused = 0, dead_letter_source = queue WHERE id = ?',
    );
    this.#delete = database.prepare('DELETE FROM messages WHERE id = ? AND queue = ? AND receive_count = ?');
    this.#change = database.prepare(
      `UPDATE messages SET visible_at = ? WHERE id = ? AND queue = ? AND receive_count = ? AND visible_at > ?
       RETURNING tenant`,
    );
    this.#excuse = database.prepare(
      `UPDATE messages SET excused = excused + 1, visible_at = iif(receive_count = ?3, ?4, visible_at)
       WHERE id = ?1 AND queue = ?2 AND receive_count >= ?3 RETURNING tenant`,
    );
    this.#excuseInFlight = database.prepare(excuseInFlightIn('messages'));
    this.#release = database.prepare(
      'UPDATE messages SET visible_at = ? WHERE queue = ? AND visible_at > ? AND receive_count > 0',
    );
    this.#depth = database.prepare(
      `SELECT count(*) FILTER (WHERE visible_at <= ?1) AS visible,
              count(*) FILTER (WHERE visible_at > ?1 AND receive_count > 0) AS inFlight,
              count(*) FILTER (WHERE visible_at > ?1 AND receive_count = 0) AS delayed
       FROM messages WHERE queue = ?2`,
    );
    this.#state = database.prepare(
      'SELECT receive_count AS receiveCount, visible_at AS visibleAt FROM messages WHERE id = ? AND queue = ?',
    );
    this.#newest = database.prepare('SELECT max(id) AS id FROM messages');
    this.#sizes = database.prepare(
      `SELECT id, coalesce(octet_length(body), 0) AS bytes FROM messages WHERE queue = ? AND id <= ? LIMIT ${CLEAR_ROWS}`,
    );
    this.#remove = database.prepare('DELETE FROM messages WHERE id = ?');
    this.#movable = database.prepare(
      // The order of the index, so that a long queue is not sorted for each page.
      `SELECT id, tenant, dead_letter_source, coalesce(body, events.event) AS body, attributes
       FROM messages LEFT JOIN events ON position = messages.event
       WHERE queue = ? AND visible_at <= ? AND id <= ? ORDER BY tenant, visible_at, id LIMIT ?`,
    );
  }

  /** Returns the row's id. */
  insert(queue: string, message: Sent, { messageId, now, visibleAt, received }: SentAs): number {
    const { lastInsertRowid } = this.#insert.run(
      queue,
      message.tenant ?? COMMON_TENANT,
      messageId,
      message.event === undefined ? message.body : null,
      message.event ?? null,
      storeAttributes(message),
      now,
      visibleAt,
      received ? 1 : 0,
      received ? now : null,
    );
    return Number(lastInsertRowid);
  }

  /**
   * At most `max` visible messages of one tenant, in the order in which they became visible. The message whose body
   * reaches `maxBytes` is the last.
   */
  visible(queue: string, tenant: string, now: number, max: number, maxBytes: number): readonly MessageRow[] {
    return readPage<MessageRow>(this.#visible.iterate(queue, tenant, now, max), bodyBytes, maxBytes).rows;
  }

  /** The earliest time at which a message of the tenant is visible. Undefined: the tenant has no message. */
  earliest(queue: string, tenant: string): number | undefined {
    return (this.#earliest.get(queue, tenant) as { at: number } | undefined)?.at;
  }

  /** The tenant after `after` in the order of their names, with its earliest time. Without `after`: the first tenant. */
  nextTenant(queue: string, after: string | undefined): { readonly tenant: string; readonly at: number } | undefined {
    if (after === undefined) {
      const at = this.earliest(queue, COMMON_TENANT);
      if (at !== undefined) return { tenant: COMMON_TENANT, at };
    }
    return this.#nextTenant.get(queue, after ?? COMMON_TENANT) as { tenant: string; at: number } | undefined;
  }

  visibleSince(queue: string): number | undefined {
    let since: number | undefined;
    for (let head = this.nextTenant(queue, undefined); head !== undefined; head = this.nextTenant(queue, head.tenant)) {
      since = Math.min(since ?? head.at, head.at);
    }
    return since;
  }

  receive(id: number, { visibleAt, receiveCount, firstReceivedAt }: Record<ReceiveField, number>): void {
    this.#receive.run(visibleAt, receiveCount, firstReceivedAt, id);
  }

  /** Moves a message to the dead-letter queue. Its receive count starts again. */
  moveToDeadLetters(id: number, deadLetterQueue: string, now: number): void {
    this.#moveToDeadLetters.run(deadLetterQueue, now, id);
  }

  delete(queue: string, { id, receiveCount }: Receipt): void {
    this.#delete.run(id, queue, receiveCount);
  }

  /** Returns the tenant of the message. Undefined: the receipt is no longer valid. */
  changeVisibility(queue: string, { id, receiveCount }: Receipt, visibleAt: number, now: number): string | undefined {
    return tenantOf(this.#change.get(visibleAt, id, queue, receiveCount, now));
  }

  /**
   * Takes a receive out of the count. The message becomes visible at `visibleAt`, unless it was received again.
   * Returns its tenant. Undefined: the message is gone.
   */
  excuse(queue: string, { id, receiveCount }: Receipt, visibleAt: number): string | undefined {
    return tenantOf(this.#excuse.get(id, queue, receiveCount, visibleAt));
  }

  excuseInFlight(queue: string, except: readonly string[], now: number): readonly string[] {
    return idsOf(this.#excuseInFlight.all(queue, now, JSON.stringify(except)));
  }

  /** Makes the messages in flight visible. Returns their number. */
  release(queue: string, now: number): number {
    return Number(this.#release.run(now, queue, now).changes);
  }

  state(queue: string, receipt: Receipt, now: number): ReceiptState {
    return receiptState(receipt, this.#state.get(receipt.id, queue), now);
  }

  /** The id of the newest row of all queues. 0: no queue has a row. To find it costs the same however many rows wait. */
  newest(): number {
    return Number(this.#newest.get()?.id ?? 0);
  }

  /** Deletes some rows up to this id. Returns their number. */
  clear(queue: string, upTo: number): number {
    const { rows } = readPage<Size>(this.#sizes.iterate(queue, upTo), ({ bytes }) => bytes, CLEAR_BYTES);
    for (const { id } of rows) this.remove(id);
    return rows.length;
  }

  remove(id: number): void {
    this.#remove.run(id);
  }

  /** A page of the visible rows up to this id. The rows of a tenant are in order. */
  movable(queue: string, { now, upTo, max }: MovableRange): readonly TenantRow[] {
    return readPage<TenantRow>(this.#movable.iterate(queue, now, upTo, max), bodyBytes).rows;
  }

  depth(queue: string, now: number): QueueDepth {
    return { ...(this.#depth.get(now, queue) as unknown as QueueDepth) };
  }
}

/** Bytes of a message in memory. */
export function bodyBytes({ body, attributes }: Pick<MessageRow, 'body' | 'attributes'>): number {
  return Buffer.byteLength(body) + (attributes?.length ?? 0);
}

/** A row that may move to another queue. */
export interface MovableRow {
  readonly id: number;
  readonly dead_letter_source: string | null;
  readonly body: string;
  readonly attributes: string | null;
}

/** Takes the current receive of each message in flight out of its count, but not of those whose ids the third parameter lists. */
export function excuseInFlightIn(table: 'messages' | 'fifo_messages'): string {
  return `UPDATE ${table} SET excused = excused + 1
          WHERE queue = ? AND visible_at > ? AND receive_count > 0
                AND message_id NOT IN (SELECT value FROM json_each(?))
          RETURNING message_id AS id`;
}

export function idsOf(rows: readonly unknown[]): readonly string[] {
  return rows.map((row) => (row as { readonly id: string }).id);
}

export function receiptState({ receiveCount }: Receipt, row: unknown, now: number): ReceiptState {
  if (row === undefined) return 'gone';
  const there = row as { readonly receiveCount: number; readonly visibleAt: number };
  return there.receiveCount === receiveCount && there.visibleAt > now ? 'inFlight' : 'spent';
}

/** A receipt names the row and the receive, so that an old receipt matches no row. */
export function parseReceipt(receiptHandle: string): Receipt {
  const [id, receiveCount] = receiptHandle.split('.');
  return { id: Number(id), receiveCount: Number(receiveCount) };
}

type ReceiveField = 'visibleAt' | 'receiveCount' | 'firstReceivedAt';

function tenantOf(row: unknown): string | undefined {
  return (row as { tenant: string } | undefined)?.tenant;
}
