import { uuidv7 } from '#shared/ids.ts';
import type { ReceivedMessage, ReceiveOptions, SentMessage } from '#shared/ports/queue.ts';
import { ShortLivedSet } from '#shared/short-lived.ts';
import { type MessageRows, parseReceipt, type Sent } from './message-rows.ts';
import { OpenReceive } from './open-receive.ts';
import type { QueueOfAKind } from './queue-of-a-kind.ts';
import { QueueOnRows } from './queue-on-rows.ts';

/** A queue without order. */
export class StandardQueue extends QueueOnRows<MessageRows> implements QueueOfAKind {
  readonly #receives = new ShortLivedSet<OpenReceive>();
  /** True: the last look received all visible messages, and later ones were claimed. Only then may a send claim. */
  #drained = false;

  /** Hands the message to a waiting receive, if there is one. */
  send(message: Sent): SentMessage {
    const { database, clock } = this.host;
    const { body, attributes = {}, attributeTypes, groupId, delay = 0 } = message;
    const now = clock.now();
    const messageId = uuidv7(now);
    const receive = delay === 0 ? this.#claim() : undefined;
    const visibleAt = now + (receive?.visibilityTimeout ?? delay * 1000);
    const id = this.rows.insert(this.name, message, { messageId, now, visibleAt, received: receive !== undefined });
    if (receive) {
      const received = { messageId, receiptHandle: `${id}.1`, body, attributes, receiveCount: 1 };
      const typed = attributeTypes && { attributeTypes };
      const grouped = groupId === undefined ? undefined : { groupId };
      database.afterDurable(() =>
        receive.hand({ ...received, ...typed, ...grouped, sentAt: now, firstReceivedAt: now }),
      );
    } else {
      this.#drained = false;
    }
    this.wakeLater();
    return { messageId };
  }

  async receive(options: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    const { visibilityTimeout = this.settings.visibilityTimeout } = options;
    const receive = new OpenReceive(options.max, visibilityTimeout * 1000);
    this.#receives.add(receive);
    try {
      const found = await this.#find(receive, options);
      this.#receives.delete(receive);
      if (receive.isPromised) await this.host.database.read(() => {});
      return [...found, ...receive.handed];
    } finally {
      this.#receives.delete(receive);
    }
  }

  /** Does not wait for the sync. A deleted message may come back after a crash, as SQS allows. */
  async delete(receiptHandles: readonly string[]): Promise<void> {
    const receipts = receiptHandles.map(parseReceipt);
    await this.host.database.writeLazily(() => {
      for (const receipt of receipts) this.rows.delete(this.name, receipt);
    });
  }

  async changeVisibility(receiptHandle: string, timeout: number): Promise<void> {
    const { database, clock } = this.host;
    const receipt = parseReceipt(receiptHandle);
    await database.write(() => {
      const now = clock.now();
      this.rows.changeVisibility(this.name, receipt, now + timeout * 1000, now);
      this.wakeLater();
    });
  }

  async excuse(receiptHandles: readonly string[], delay: number): Promise<void> {
    const { database, clock } = this.host;
    const receipts = receiptHandles.map(parseReceipt);
    await database.write(() => {
      const visibleAt = clock.now() + delay * 1000;
      for (const receipt of receipts) this.rows.excuse(this.name, receipt, visibleAt);
      this.wakeLater();
    });
  }

  override deadLetterArrived(): void {
    this.#drained = false;
    super.deadLetterArrived();
  }

  /** Resolves with visible messages, or with an empty list after a handover, after the wait or after an abort. */
  async #find(receive: OpenReceive, { wait, signal }: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    const { database, clock } = this.host;
    const until = clock.now() + wait * 1000;
    for (;;) {
      if (signal?.aborted) return [];
      const mark = this.waiters.mark;
      const { messages, nextAt } = await database.writeLazily(() => this.#look(receive));
      if (messages.length > 0 || receive.handed.length > 0) return messages;
      const now = clock.now();
      if (now >= until) return [];
      await this.waiters.wait(mark, Math.min(until, nextAt ?? until) - now, signal);
      if (receive.handed.length > 0) return [];
    }
  }

  #claim(): OpenReceive | undefined {
    if (!this.#drained) return undefined;
    for (const receive of this.#receives) if (receive.claim(this.host.database.batch)) return receive;
    return undefined;
  }

  /** Receives visible messages, or returns when the next one is visible. Both use the same state of the store. */
  #look(receive: OpenReceive): { messages: ReceivedMessage[]; nextAt?: number } {
    const { database, clock } = this.host;
    const room = receive.room(database.batch);
    const now = clock.now();
    // The receive is full of claimed messages. If their transactions fail, it looks again.
    if (room === 0) return { messages: [], nextAt: now };
    for (;;) {
      const nextAt = this.rows.earliest(this.name);
      if (nextAt === undefined || nextAt > now) {
        this.#drained = true;
        return { messages: [], ...(nextAt !== undefined && { nextAt }) };
      }
      const messages = this.#take(room, now, now + receive.visibilityTimeout);
      receive.found(messages.length);
      if (messages.length > 0) return { messages };
    }
  }

  /** Receives visible messages. Exhausted messages move to the dead-letter queue. */
  #take(max: number, now: number, visibleAt: number): ReceivedMessage[] {
    const { maxReceiveCount = Number.POSITIVE_INFINITY, deadLetterQueue } = this.settings;
    const { rows, isCut } = this.rows.visible(this.name, now, max);
    this.#drained = !isCut && rows.length < max;
    const received: ReceivedMessage[] = [];
    for (const row of rows) {
      if (deadLetterQueue !== undefined && row.receive_count - row.excused >= maxReceiveCount) {
        this.rows.moveToDeadLetters(row.id, deadLetterQueue, now);
        this.host.find(deadLetterQueue)?.deadLetterArrived();
      } else {
        received.push(this.deliver(row.id, row, now, visibleAt));
      }
    }
    return received;
  }
}
