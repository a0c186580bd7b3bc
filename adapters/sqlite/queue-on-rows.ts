import type { QueueSettings } from '#shared/ports/control-plane.ts';
import type { QueueDepth, ReceivedMessage } from '#shared/ports/queue.ts';
import { type MovableRow, parseReceipt, type Receipt, type ReceiptState, type Sent } from './message-rows.ts';
import type { Movable, QueueHost } from './queue-of-a-kind.ts';
import { readAttributes } from './stored-attributes.ts';
import { Waiters } from './waiters.ts';

/** The columns that the messages of both kinds of queue have. Times in milliseconds since 1970. */
export interface CommonRow {
  readonly message_id: string;
  readonly body: string;
  readonly attributes: string | null;
  readonly sent_at: number;
  readonly receive_count: number;
  readonly excused: number;
  readonly first_received_at: number | null;
  readonly dead_letter_source: string | null;
}

type ReceiveField = 'visibleAt' | 'receiveCount' | 'firstReceivedAt';

/** The statements that both kinds of queue have. */
export interface CommonRows {
  receive(id: number, received: Record<ReceiveField, number>): void;
  state(queue: string, receipt: Receipt, now: number): ReceiptState;
  /** The earliest time at which a message of the queue is visible. Undefined: the queue has no message. */
  visibleSince(queue: string): number | undefined;
  depth(queue: string, now: number): QueueDepth;
  /** Makes the messages in flight visible. Returns their number. */
  release(queue: string, now: number): number;
  /** Excuses the current receive of the messages in flight. Returns their ids. */
  excuseInFlight(queue: string, except: readonly string[], now: number): readonly string[];
}

/** The common part of standard and FIFO queues, with the callers that wait for messages. */
export abstract class QueueOnRows<Rows extends CommonRows> {
  settings: QueueSettings;
  /** True: the queue was removed. Nobody receives from it any more. */
  protected closed = false;
  protected readonly name: string;
  protected readonly rows: Rows;
  protected readonly host: QueueHost;
  protected readonly waiters = new Waiters();

  constructor(name: string, settings: QueueSettings, rows: Rows, host: QueueHost) {
    this.settings = settings;
    this.name = name;
    this.rows = rows;
    this.host = host;
  }

  async receiptState(receiptHandle: string): Promise<ReceiptState> {
    const { database, clock } = this.host;
    return database.read(() => this.rows.state(this.name, parseReceipt(receiptHandle), clock.now()));
  }

  async visibleSince(): Promise<number | undefined> {
    return this.host.database.read(() => this.rows.visibleSince(this.name));
  }

  async depth(): Promise<QueueDepth> {
    const { database, clock } = this.host;
    return database.read(() => this.rows.depth(this.name, clock.now()));
  }

  excuseInFlight(except: readonly string[]): Promise<readonly string[]> {
    const { database, clock } = this.host;
    return database.write(() => this.rows.excuseInFlight(this.name, except, clock.now()));
  }

  releaseInFlight(): Promise<number> {
    const { database, clock } = this.host;
    return database.write(() => {
      this.wakeLater();
      return this.rows.release(this.name, clock.now());
    });
  }

  deadLetterArrived(): void {
    this.wakeLater();
  }

  freed(): void {
    this.wakeLater();
  }

  close(): void {
    this.closed = true;
    this.waiters.wake();
  }

  /** A row in the form in which another queue takes it. */
  protected movableOf(row: MovableRow, more: Pick<Sent, 'groupId' | 'deduplicationId' | 'tenant'>): Movable {
    const message = { body: row.body, ...readAttributes(row.attributes), ...more };
    return { id: row.id, message, ...(row.dead_letter_source !== null && { source: row.dead_letter_source }) };
  }

  /** Counts the receive in the row and returns the message. */
  protected deliver(id: number, row: CommonRow, now: number, visibleAt: number): ReceivedMessage {
    const receiveCount = row.receive_count + 1;
    const firstReceivedAt = row.first_received_at ?? now;
    this.rows.receive(id, { visibleAt, receiveCount, firstReceivedAt });
    return {
      messageId: row.message_id,
      receiptHandle: `${id}.${receiveCount}`,
      body: row.body,
      ...readAttributes(row.attributes),
      receiveCount,
      ...(row.excused > 0 && { excused: row.excused }),
      sentAt: row.sent_at,
      firstReceivedAt,
      ...(row.dead_letter_source !== null && { deadLetterSource: row.dead_letter_source }),
    };
  }

  /** Wakes the waiters after the running transaction. */
  protected wakeLater(): void {
    this.host.database.afterDurable(this.waiters.wake);
  }
}
