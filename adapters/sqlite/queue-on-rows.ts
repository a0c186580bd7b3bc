import type { QueueSettings } from '#shared/ports/control-plane.ts';
import type { QueueDepth, ReceivedMessage } from '#shared/ports/queue.ts';
import { parseReceipt, type Receipt, type ReceiptState } from './message-rows.ts';
import type { QueueHost } from './queue-of-a-kind.ts';
import { readAttributes } from './stored-attributes.ts';
import { Waiters } from './waiters.ts';

/** What a message's row says whatever the kind of its queue. Times in milliseconds since 1970. */
export interface CommonRow {
  readonly message_id: string;
  readonly body: string;
  readonly attributes: string | null;
  readonly sent_at: number;
  readonly receive_count: number;
  readonly excused: number;
  readonly first_received_at: number | null;
}

type ReceiveField = 'visibleAt' | 'receiveCount' | 'firstReceivedAt';

/** Statements that the rows of every kind of queue have. */
export interface CommonRows {
  receive(id: number, received: Record<ReceiveField, number>): void;
  state(queue: string, receipt: Receipt, now: number): ReceiptState;
  depth(queue: string, now: number): QueueDepth;
  /** Makes what is in flight visible, and returns how many that were. */
  release(queue: string, now: number): number;
}

/** What a queue does in the same way whatever its kind, and who waits for its messages. */
export abstract class QueueOnRows<Rows extends CommonRows> {
  settings: QueueSettings;
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

  async depth(): Promise<QueueDepth> {
    const { database, clock } = this.host;
    return database.read(() => this.rows.depth(this.name, clock.now()));
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

  /** Notes on the row that it is received once more, and returns the message. */
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
    };
  }

  /** Once the transaction that is running is done. */
  protected wakeLater(): void {
    this.host.database.afterDurable(this.waiters.wake);
  }
}
