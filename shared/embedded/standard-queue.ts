import { uuidv7 } from '../ids.ts';
import type { QueueDepth, QueueSettings, ReceivedMessage, ReceiveOptions, SentMessage } from '../ports/queue.ts';
import { ShortLivedSet } from '../short-lived.ts';
import { type MessageRow, type MessageRows, parseReceipt, type ReceiptState, type Sent } from './message-rows.ts';
import { OpenReceive } from './open-receive.ts';
import type { QueueHost, QueueOfAKind } from './queue-of-a-kind.ts';
import { readAttributes } from './stored-attributes.ts';
import { Waiters } from './waiters.ts';

/** A queue without order. */
export class StandardQueue implements QueueOfAKind {
  settings: QueueSettings;
  readonly #name: string;
  readonly #rows: MessageRows;
  readonly #host: QueueHost;
  readonly #waiters = new Waiters();
  readonly #receives = new ShortLivedSet<OpenReceive>();
  /** Whether the last look took all that was visible, and nothing was left to lie since: only then is a new message the next. */
  #drained = false;

  constructor(name: string, settings: QueueSettings, rows: MessageRows, host: QueueHost) {
    this.settings = settings;
    this.#name = name;
    this.#rows = rows;
    this.#host = host;
  }

  /** Sends to a receive that waits, where there is one. */
  send(message: Sent): SentMessage {
    const { database, clock } = this.#host;
    const { body, attributes = {}, attributeTypes, delay = 0 } = message;
    const now = clock.now();
    const messageId = uuidv7(now);
    const receive = delay === 0 ? this.#claim() : undefined;
    const visibleAt = now + (receive?.visibilityTimeout ?? delay * 1000);
    const id = this.#rows.insert(this.#name, message, { messageId, now, visibleAt, received: receive !== undefined });
    if (receive) {
      const received = { messageId, receiptHandle: `${id}.1`, body, attributes, receiveCount: 1 };
      const typed = attributeTypes && { attributeTypes };
      database.afterDurable(() => receive.hand({ ...received, ...typed, sentAt: now, firstReceivedAt: now }));
    } else {
      this.#drained = false;
    }
    database.afterDurable(this.#waiters.wake);
    return { messageId };
  }

  async receive(options: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    const { visibilityTimeout = this.settings.visibilityTimeout } = options;
    const receive = new OpenReceive(options.max, visibilityTimeout * 1000);
    this.#receives.add(receive);
    try {
      const found = await this.#find(receive, options);
      this.#receives.delete(receive);
      if (receive.isPromised) await this.#host.database.read(() => {});
      return [...found, ...receive.handed];
    } finally {
      this.#receives.delete(receive);
    }
  }

  /** A deleted message may come back after a crash, as SQS allows: the delete waits for no sync. */
  async delete(receiptHandles: readonly string[]): Promise<void> {
    const receipts = receiptHandles.map(parseReceipt);
    await this.#host.database.writeLazily(() => {
      for (const receipt of receipts) this.#rows.delete(this.#name, receipt);
    });
  }

  async changeVisibility(receiptHandle: string, timeout: number): Promise<void> {
    const { database, clock } = this.#host;
    const receipt = parseReceipt(receiptHandle);
    await database.write(() => {
      const now = clock.now();
      this.#rows.changeVisibility(this.#name, receipt, now + timeout * 1000, now);
      database.afterDurable(this.#waiters.wake);
    });
  }

  async receiptState(receiptHandle: string): Promise<ReceiptState> {
    const { database, clock } = this.#host;
    return database.read(() => this.#rows.state(this.#name, parseReceipt(receiptHandle), clock.now()));
  }

  async depth(): Promise<QueueDepth> {
    const { database, clock } = this.#host;
    return database.read(() => this.#rows.depth(this.#name, clock.now()));
  }

  releaseInFlight(): Promise<number> {
    const { database, clock } = this.#host;
    return database.write(() => {
      database.afterDurable(this.#waiters.wake);
      return this.#rows.release(this.#name, clock.now());
    });
  }

  buried(): void {
    this.#drained = false;
    this.#host.database.afterDurable(this.#waiters.wake);
  }

  /** Resolves with what was visible, or with nothing once something was handed over, the wait is over or was aborted. */
  async #find(receive: OpenReceive, { wait, signal }: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    const { database, clock } = this.#host;
    const until = clock.now() + wait * 1000;
    for (;;) {
      if (signal?.aborted) return [];
      const mark = this.#waiters.mark;
      const { messages, nextAt } = await database.writeLazily(() => this.#look(receive));
      if (messages.length > 0 || receive.handed.length > 0) return messages;
      const now = clock.now();
      if (now >= until) return [];
      await this.#waiters.wait(mark, Math.min(until, nextAt ?? until) - now, signal);
      if (receive.handed.length > 0) return [];
    }
  }

  #claim(): OpenReceive | undefined {
    if (!this.#drained) return undefined;
    for (const receive of this.#receives) if (receive.claim(this.#host.database.transaction)) return receive;
    return undefined;
  }

  /** Takes what is visible; where nothing is, tells when something will be. Both of one moment, so that none falls between. */
  #look(receive: OpenReceive): { messages: ReceivedMessage[]; nextAt?: number } {
    const { database, clock } = this.#host;
    const room = receive.room(database.transaction);
    const now = clock.now();
    // Full of claims: should their units fail, it looks again.
    if (room === 0) return { messages: [], nextAt: now };
    for (;;) {
      const nextAt = this.#rows.earliest(this.#name);
      if (nextAt === undefined || nextAt > now) {
        this.#drained = true;
        return { messages: [], ...(nextAt !== undefined && { nextAt }) };
      }
      const messages = this.#take(room, now, now + receive.visibilityTimeout);
      receive.found(messages.length);
      if (messages.length > 0) return { messages };
    }
  }

  /** Takes what is visible, except for exhausted messages, which go to the dead letters. */
  #take(max: number, now: number, visibleAt: number): ReceivedMessage[] {
    const { maxReceiveCount = Number.POSITIVE_INFINITY, deadLetterQueue } = this.settings;
    const rows = this.#rows.visible(this.#name, now, max);
    this.#drained = rows.length < max;
    const received: ReceivedMessage[] = [];
    for (const row of rows) {
      if (deadLetterQueue !== undefined && row.receive_count >= maxReceiveCount) {
        this.#rows.bury(row.id, deadLetterQueue, now);
        this.#host.find(deadLetterQueue)?.buried();
      } else {
        received.push(this.#deliver(row, now, visibleAt));
      }
    }
    return received;
  }

  #deliver(row: MessageRow, now: number, visibleAt: number): ReceivedMessage {
    const receiveCount = row.receive_count + 1;
    const firstReceivedAt = row.first_received_at ?? now;
    this.#rows.receive(row.id, { visibleAt, receiveCount, firstReceivedAt });
    return {
      messageId: row.message_id,
      receiptHandle: `${row.id}.${receiveCount}`,
      body: row.body,
      ...readAttributes(row.attributes),
      receiveCount,
      sentAt: row.sent_at,
      firstReceivedAt,
    };
  }
}
