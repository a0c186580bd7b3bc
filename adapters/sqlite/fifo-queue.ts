import { createHash } from 'node:crypto';
import { uuidv7 } from '#shared/ids.ts';
import { missingDeduplicationId, missingGroupId } from '#shared/ports/fifo.ts';
import type { ReceivedMessage, ReceiveOptions, SentMessage } from '#shared/ports/queue.ts';
import type { FifoRow, FifoRows, FifoSentAs } from './fifo-rows.ts';
import { parseReceipt, type Sent } from './message-rows.ts';
import { MAX_PAGE_BYTES } from './page.ts';
import type { Movable, QueueOfAKind } from './queue-of-a-kind.ts';
import { QueueOnRows } from './queue-on-rows.ts';

interface Take {
  readonly max: number;
  readonly maxBytes: number;
  /** Milliseconds, as `visibilityTimeout`. */
  readonly now: number;
  readonly visibilityTimeout: number;
}

/**
 * A FIFO queue: it keeps the order within each message group. Each group has a row with the time at which the group is
 * free. So a receive costs the same however many messages wait behind a message in flight.
 */
export class FifoQueue extends QueueOnRows<FifoRows> implements QueueOfAKind {
  send(message: Sent): SentMessage {
    const ids = this.#idsOf(message);
    const first = this.rows.duplicate(this.name, ids.deduplicationKey, this.host.clock.now());
    if (first !== undefined) return { messageId: first.messageId, sequenceNumber: numberOf(first.sequence) };
    return this.#insert(message, ids);
  }

  movable(upTo: number, max: number): readonly Movable[] {
    const rows = this.rows.movable(this.name, { now: this.host.clock.now(), upTo, max });
    return rows.map((row) => {
      const ids = { groupId: row.message_group, deduplicationId: row.deduplication_id };
      return this.movableOf({ ...row, id: row.sequence }, ids);
    });
  }

  drop({ id, message }: Movable): void {
    this.rows.remove(id);
    this.#settle(message.groupId);
  }

  adopt(message: Sent): void {
    this.#insert(message, this.#idsOf(message));
  }

  #idsOf({ groupId, body, ...message }: Sent): Ids {
    if (groupId === undefined) throw missingGroupId(this.name);
    const deduplicationId = message.deduplicationId ?? this.#deduplicationIdOf(body);
    // The key is unambiguous, because ids contain no space.
    const byGroup = this.settings.fifo?.deduplicationScope === 'messageGroup';
    return { groupId, deduplicationId, deduplicationKey: byGroup ? `${groupId} ${deduplicationId}` : deduplicationId };
  }

  #insert(message: Sent, ids: Ids): SentMessage {
    const now = this.host.clock.now();
    const messageId = uuidv7(now);
    const visibleAt = now + (this.settings.fifo?.delay ?? 0) * 1000;
    const sequence = this.rows.insert(this.name, message, { messageId, ...ids, now, visibleAt });
    this.wakeLater();
    return { messageId, sequenceNumber: numberOf(sequence) };
  }

  async receive(options: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    const { max, wait, visibilityTimeout = this.settings.visibilityTimeout, signal } = options;
    const { database, clock } = this.host;
    const until = clock.now() + wait * 1000;
    for (;;) {
      if (signal?.aborted || this.closed) return [];
      const mark = this.waiters.mark;
      const { messages, nextAt } = await database.writeLazily(() => this.#look(max, visibilityTimeout * 1000));
      if (messages.length > 0) return messages;
      const now = clock.now();
      if (now >= until) return [];
      await this.waiters.wait(mark, Math.min(until, nextAt ?? until) - now, signal);
    }
  }

  /** Waits for the sync. Otherwise a crash could bring the message back after a later message of its group. */
  async delete(receiptHandles: readonly string[]): Promise<void> {
    const { database, clock } = this.host;
    const receipts = receiptHandles.map(parseReceipt);
    await database.write(() => {
      const now = clock.now();
      for (const receipt of receipts) this.#settle(this.rows.delete(this.name, receipt, now));
    });
  }

  async changeVisibility(receiptHandle: string, timeout: number): Promise<void> {
    const { database, clock } = this.host;
    const receipt = parseReceipt(receiptHandle);
    await database.write(() => {
      const now = clock.now();
      this.#settle(this.rows.changeVisibility(this.name, receipt, now + timeout * 1000, now));
    });
  }

  async excuse(receiptHandles: readonly string[], delay: number): Promise<void> {
    const { database, clock } = this.host;
    const receipts = receiptHandles.map(parseReceipt);
    await database.write(() => {
      const visibleAt = clock.now() + delay * 1000;
      for (const receipt of receipts) this.#settle(this.rows.excuse(this.name, receipt, visibleAt));
    });
  }

  #deduplicationIdOf(body: string): string {
    if (this.settings.fifo?.contentBasedDeduplication !== true) throw missingDeduplicationId(this.name);
    return createHash('sha256').update(body).digest('hex');
  }

  /** Receives from free groups, or returns when the next group is free. Both use the same state of the store. */
  #look(max: number, visibilityTimeout: number): { messages: ReceivedMessage[]; nextAt?: number } {
    const now = this.host.clock.now();
    const messages: ReceivedMessage[] = [];
    let room = MAX_PAGE_BYTES;
    for (;;) {
      const groups = this.rows.freeGroups(this.name, now, max);
      if (groups.length === 0) {
        const nextAt = this.rows.visibleSince(this.name);
        return { messages, ...(nextAt !== undefined && { nextAt }) };
      }
      for (const group of groups) {
        if (messages.length >= max || room <= 0) break;
        for (const message of this.#take(group, {
          max: max - messages.length,
          maxBytes: room,
          now,
          visibilityTimeout,
        })) {
          messages.push(message);
          room -= Buffer.byteLength(message.body);
        }
      }
      // Otherwise each message that was found moved to the dead-letter queue, so look again.
      if (messages.length > 0) return { messages };
    }
  }

  /** Receives the first messages of a free group. Exhausted messages move to the dead-letter queue. */
  #take(group: string, { max, maxBytes, now, visibilityTimeout }: Take): ReceivedMessage[] {
    const { maxReceiveCount = Number.POSITIVE_INFINITY, deadLetterQueue = '' } = this.settings;
    // A client may have deleted the dead-letter queue. Then the message stays here.
    const deadLetters = this.host.find(deadLetterQueue);
    const received: ReceivedMessage[] = [];
    for (const row of this.rows.messages(this.name, group, max, maxBytes)) {
      // The messages after a delayed message wait for it.
      if (row.visible_at > now) break;
      if (deadLetters !== undefined && row.receive_count - row.excused >= maxReceiveCount) {
        this.rows.moveToDeadLetters(row, deadLetterQueue, now);
        deadLetters.deadLetterArrived();
      } else {
        received.push(this.#deliver(row, now, now + visibilityTimeout));
      }
    }
    this.rows.settle(this.name, group);
    return received;
  }

  #deliver(row: FifoRow, now: number, visibleAt: number): ReceivedMessage {
    return {
      ...this.deliver(row.sequence, row, now, visibleAt),
      fifo: {
        groupId: row.message_group,
        deduplicationId: row.deduplication_id,
        sequenceNumber: numberOf(row.sequence),
      },
    };
  }

  /** Updates the group after a message left it or changed the time at which it is visible. */
  #settle(group: string | undefined): void {
    if (group === undefined) return;
    this.rows.settle(this.name, group);
    this.wakeLater();
  }
}

type Ids = Pick<FifoSentAs, 'groupId' | 'deduplicationId' | 'deduplicationKey'>;

/** The format of SQS: 20 digits, so that sequence numbers also sort as texts. */
function numberOf(sequence: number): string {
  return String(sequence).padStart(20, '0');
}
