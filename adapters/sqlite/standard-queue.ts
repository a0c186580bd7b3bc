import { uuidv7 } from '#shared/ids.ts';
import type { QueueSettings } from '#shared/ports/control-plane.ts';
import type { ReceivedMessage, ReceiveOptions, SentMessage } from '#shared/ports/queue.ts';
import { ShortLivedSet } from '#shared/short-lived.ts';
import {
  bodyBytes,
  COMMON_TENANT,
  type MessageRow,
  type MessageRows,
  parseReceipt,
  type Sent,
} from './message-rows.ts';
import { OpenReceive } from './open-receive.ts';
import { MAX_PAGE_BYTES } from './page.ts';
import type { Movable, QueueHost, QueueOfAKind } from './queue-of-a-kind.ts';
import { QueueOnRows } from './queue-on-rows.ts';
import { type InFlight, Tenants } from './tenants.ts';

/** A queue without order. Its tenants take turns; the messages of one tenant come in the order in which they were sent. */
export class StandardQueue extends QueueOnRows<MessageRows> implements QueueOfAKind {
  readonly #receives = new ShortLivedSet<OpenReceive>();
  readonly #tenants: Tenants;
  /** True: the last look received all visible messages, and later ones were claimed. Only then may a send claim. */
  #drained = false;

  constructor(name: string, settings: QueueSettings, rows: MessageRows, host: QueueHost) {
    super(name, settings, rows, host);
    this.#tenants = new Tenants(name, rows);
  }

  /** Hands the message to a waiting receive, if there is one. */
  send(message: Sent): SentMessage {
    const { database, clock } = this.host;
    const { body, attributes = {}, attributeTypes, groupId, traceHeader, tenant, delay = 0 } = message;
    const now = clock.now();
    const messageId = uuidv7(now);
    const receive = delay === 0 ? this.#claim() : undefined;
    const visibleAt = now + (receive?.visibilityTimeout ?? delay * 1000);
    const id = this.rows.insert(this.name, message, { messageId, now, visibleAt, received: receive !== undefined });
    if (receive) {
      this.#tenants.addClaimed(visibleAt);
      const received = { messageId, receiptHandle: `${id}.1`, body, attributes, receiveCount: 1 };
      const typed = attributeTypes && { attributeTypes };
      const grouped = groupId === undefined ? undefined : { groupId };
      const owned = tenant === undefined ? undefined : { tenant };
      const traced = traceHeader === undefined ? undefined : { traceHeader };
      database.afterDurable(() =>
        receive.hand({ ...received, ...typed, ...grouped, ...owned, ...traced, sentAt: now, firstReceivedAt: now }),
      );
    } else {
      this.#tenants.add(tenant ?? COMMON_TENANT, visibleAt, now);
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
      const visibleAt = now + timeout * 1000;
      const tenant = this.rows.changeVisibility(this.name, receipt, visibleAt, now);
      if (tenant === undefined) return;
      this.#becomesVisible(tenant, visibleAt, now);
    });
  }

  async excuse(receiptHandles: readonly string[], delay: number): Promise<void> {
    const { database, clock } = this.host;
    const receipts = receiptHandles.map(parseReceipt);
    await database.write(() => {
      const now = clock.now();
      const visibleAt = now + delay * 1000;
      for (const receipt of receipts) {
        const tenant = this.rows.excuse(this.name, receipt, visibleAt);
        if (tenant !== undefined) this.#becomesVisible(tenant, visibleAt, now);
      }
    });
  }

  override releaseInFlight(): Promise<number> {
    const { database, clock } = this.host;
    return database.write(() => {
      this.#drained = false;
      this.#tenants.forget();
      this.wakeLater();
      return this.rows.release(this.name, clock.now());
    });
  }

  movable(upTo: number, max: number): readonly Movable[] {
    const rows = this.rows.movable(this.name, { now: this.host.clock.now(), upTo, max });
    return rows.map((row) => this.movableOf(row, row.tenant === COMMON_TENANT ? {} : { tenant: row.tenant }));
  }

  drop({ id }: Movable): void {
    this.rows.remove(id);
  }

  adopt(message: Sent): void {
    this.send(message);
  }

  override deadLetterArrived(): void {
    this.#drained = false;
    this.#tenants.forget();
    super.deadLetterArrived();
  }

  #becomesVisible(tenant: string, visibleAt: number, now: number): void {
    this.#tenants.add(tenant, visibleAt, now);
    if (visibleAt <= now) this.#drained = false;
    this.wakeLater();
  }

  /** Resolves with visible messages, or with an empty list after a handover, after the wait or after an abort. */
  async #find(receive: OpenReceive, { wait, signal, inFlight }: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    const { database, clock } = this.host;
    const until = clock.now() + wait * 1000;
    for (;;) {
      if (signal?.aborted || this.closed) return [];
      const mark = this.waiters.mark;
      const { messages, nextAt } = await database.writeLazily(() => this.#look(receive, inFlight));
      if (messages.length > 0 || receive.handed.length > 0) return messages;
      const now = clock.now();
      if (now >= until) return [];
      await this.waiters.wait(mark, Math.min(until, nextAt) - now, signal);
      if (receive.handed.length > 0) return [];
    }
  }

  #claim(): OpenReceive | undefined {
    if (!this.#drained) return undefined;
    for (const receive of this.#receives) if (receive.claim(this.host.database.batch)) return receive;
    return undefined;
  }

  /** Receives visible messages, or returns when the next one may be visible. Both use the same state of the store. */
  #look(receive: OpenReceive, inFlight: InFlight | undefined): { messages: ReceivedMessage[]; nextAt: number } {
    const { database, clock } = this.host;
    const room = receive.room(database.batch);
    const now = clock.now();
    // The receive is full of claimed messages. If their transactions fail, it looks again.
    if (room === 0) return { messages: [], nextAt: now };
    // With a visibility timeout of 0, one receive must not return a message twice.
    const visibleAt = now + Math.max(receive.visibilityTimeout, 1);
    const tenants = this.#tenants;
    // A rollback changes the rows that this look sees.
    if (tenants.update(now) || tenants.ready > 0) database.onRollback(tenants.forget);
    const messages = tenants.ready > 0 ? this.#take(room, now, inFlight, visibleAt) : [];
    receive.found(messages.length);
    this.#drained = tenants.ready === 0;
    return { messages, nextAt: tenants.nextAt };
  }

  /** Receives visible messages, tenant by tenant. Exhausted messages move to the dead-letter queue. Large messages end it before `max`. */
  #take(max: number, now: number, inFlight: InFlight | undefined, visibleAt: number): ReceivedMessage[] {
    const tenants = this.#tenants;
    const received: ReceivedMessage[] = [];
    const counts = new Map<string, number>();
    const sum = { get: (tenant: string) => (inFlight?.get(tenant) ?? 0) + (counts.get(tenant) ?? 0) };
    let room = MAX_PAGE_BYTES;
    while (received.length < max && room > 0) {
      const tenant = tenants.next(sum);
      if (tenant === undefined) break;
      const limit = tenants.ready === 1 ? max - received.length : 1;
      const rows = this.rows.visible(this.name, tenant, now, limit, room);
      const before = received.length;
      for (const row of rows) {
        const message = this.#deliverOrMove(row, now, visibleAt);
        if (message === undefined) continue;
        received.push(message);
        room -= bodyBytes(row);
      }
      const count = received.length - before;
      // A tenant does not lose its turn to an exhausted message.
      if (count === 0 && rows.length > 0) continue;
      if (inFlight !== undefined) counts.set(tenant, (counts.get(tenant) ?? 0) + count);
      tenants.served(tenant, now);
    }
    return received;
  }

  #deliverOrMove(row: MessageRow, now: number, visibleAt: number): ReceivedMessage | undefined {
    const { maxReceiveCount = Number.POSITIVE_INFINITY, deadLetterQueue } = this.settings;
    if (deadLetterQueue !== undefined && row.receive_count - row.excused >= maxReceiveCount) {
      const deadLetters = this.host.find(deadLetterQueue);
      // A client may have deleted the dead-letter queue. Then the message stays here.
      if (deadLetters !== undefined) {
        this.rows.moveToDeadLetters(row.id, deadLetterQueue, now);
        deadLetters.deadLetterArrived();
        return undefined;
      }
    }
    const message = this.deliver(row.id, row, now, visibleAt);
    return row.tenant === COMMON_TENANT ? message : { ...message, tenant: row.tenant };
  }
}
