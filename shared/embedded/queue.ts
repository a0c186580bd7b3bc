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
import { type MessageRow, MessageRows, type Receipt, type Sent } from './message-rows.ts';
import { OpenReceive } from './open-receive.ts';
import { Waiters } from './waiters.ts';

interface State {
  readonly settings: QueueSettings;
  readonly waiters: Waiters;
  readonly receives: Set<OpenReceive>;
  /** Whether the last look took all that was visible, and nothing was left to lie since: only then is a new message the next. */
  drained: boolean;
}

/** Queues on SQLite. Settings live in memory: whoever consumes a queue makes it at start. */
export class EmbeddedQueue implements Queue {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #queues = new Map<string, State>();
  readonly #rows: MessageRows;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#rows = new MessageRows(database);
  }

  async create(name: string, settings: QueueSettings): Promise<void> {
    const known = this.#queues.get(name) ?? { waiters: new Waiters(), receives: new Set(), drained: false };
    this.#queues.set(name, { ...known, settings });
  }

  /** Undefined where there is no such queue. */
  settings(name: string): QueueSettings | undefined {
    return this.#queues.get(name)?.settings;
  }

  send(name: string, messages: readonly OutgoingMessage[]): Promise<readonly { readonly messageId: string }[]> {
    return this.#database.write(() => messages.map((message) => ({ messageId: this.sendWithin(name, message) })));
  }

  /** Sends as a part of the unit of work that is running: to a receive that waits, where there is one. */
  sendWithin(name: string, message: Sent): string {
    const state = this.#state(name);
    const { body, attributes = {}, delay = 0 } = message;
    const now = this.#clock.now();
    const messageId = uuidv7(now);
    const receive = delay === 0 ? this.#claim(state) : undefined;
    const visibleAt = now + (receive?.visibilityTimeout ?? delay * 1000);
    const id = this.#rows.insert(name, message, { messageId, now, visibleAt, received: receive !== undefined });
    if (receive) {
      const received = { messageId, receiptHandle: `${id}.1`, body, attributes, receiveCount: 1 };
      this.#database.afterDurable(() => receive.hand({ ...received, sentAt: now, firstReceivedAt: now }));
    } else {
      state.drained = false;
    }
    this.#database.afterDurable(state.waiters.wake);
    return messageId;
  }

  async receive(name: string, options: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    const state = this.#state(name);
    const { visibilityTimeout = state.settings.visibilityTimeout } = options;
    const receive = new OpenReceive(options.max, visibilityTimeout * 1000);
    state.receives.add(receive);
    try {
      const found = await this.#find(name, state, receive, options);
      state.receives.delete(receive);
      if (receive.isPromised) await this.#database.read(() => {});
      return [...found, ...receive.handed];
    } finally {
      state.receives.delete(receive);
    }
  }

  /** A deleted message may come back after a crash, as SQS allows: the delete waits for no sync. */
  async delete(name: string, receiptHandles: readonly string[]): Promise<void> {
    this.#state(name);
    const receipts = receiptHandles.map(parseReceipt);
    await this.#database.writeLazily(() => {
      for (const receipt of receipts) this.#rows.delete(name, receipt);
    });
  }

  async changeVisibility(name: string, receiptHandle: string, timeout: number): Promise<void> {
    const { waiters } = this.#state(name);
    const receipt = parseReceipt(receiptHandle);
    await this.#database.write(() => {
      const now = this.#clock.now();
      this.#rows.changeVisibility(name, receipt, now + timeout * 1000, now);
      this.#database.afterDurable(waiters.wake);
    });
  }

  async depth(name: string): Promise<QueueDepth> {
    this.#state(name);
    return this.#database.read(() => this.#rows.depth(name, this.#clock.now()));
  }

  /**
   * Makes what is in flight visible again. For the start of a process that alone consumes the queue: whoever received
   * those messages died with the process before.
   */
  async releaseInFlight(name: string): Promise<number> {
    const { waiters } = this.#state(name);
    return this.#database.write(() => {
      this.#database.afterDurable(waiters.wake);
      return this.#rows.release(name, this.#clock.now());
    });
  }

  /** Resolves with what was visible, or with nothing once something was handed over, the wait is over or was aborted. */
  async #find(
    name: string,
    state: State,
    receive: OpenReceive,
    { wait, signal }: ReceiveOptions,
  ): Promise<readonly ReceivedMessage[]> {
    const until = this.#clock.now() + wait * 1000;
    for (;;) {
      if (signal?.aborted) return [];
      const mark = state.waiters.mark;
      const { messages, nextAt } = await this.#database.writeLazily(() => this.#look(name, state, receive));
      if (messages.length > 0 || receive.handed.length > 0) return messages;
      const now = this.#clock.now();
      if (now >= until) return [];
      await state.waiters.wait(mark, Math.min(until, nextAt ?? until) - now, signal);
      if (receive.handed.length > 0) return [];
    }
  }

  #claim({ drained, receives }: State): OpenReceive | undefined {
    if (!drained) return undefined;
    for (const receive of receives) if (receive.claim(this.#database.transaction)) return receive;
    return undefined;
  }

  /** Takes what is visible; where nothing is, tells when something will be. Both of one moment, so that none falls between. */
  #look(name: string, state: State, receive: OpenReceive): { messages: ReceivedMessage[]; nextAt?: number } {
    const room = receive.room(this.#database.transaction);
    const now = this.#clock.now();
    // Full of claims: should their units fail, it looks again.
    if (room === 0) return { messages: [], nextAt: now };
    for (;;) {
      const nextAt = this.#rows.earliest(name);
      if (nextAt === undefined || nextAt > now) {
        state.drained = true;
        return { messages: [], ...(nextAt !== undefined && { nextAt }) };
      }
      const messages = this.#take(name, state, room, now, now + receive.visibilityTimeout);
      if (messages.length > 0) return { messages };
    }
  }

  /** Takes what is visible, except for exhausted messages, which go to the dead letters. */
  #take(name: string, state: State, max: number, now: number, visibleAt: number): ReceivedMessage[] {
    const { maxReceiveCount = Number.POSITIVE_INFINITY, deadLetterQueue } = state.settings;
    const rows = this.#rows.visible(name, now, max);
    state.drained = rows.length < max;
    const received: ReceivedMessage[] = [];
    for (const row of rows) {
      if (deadLetterQueue !== undefined && row.receive_count >= maxReceiveCount) {
        this.#moveToDeadLetters(row.id, deadLetterQueue, now);
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
      attributes: row.attributes === null ? {} : JSON.parse(row.attributes),
      receiveCount,
      sentAt: row.sent_at,
      firstReceivedAt,
    };
  }

  #moveToDeadLetters(id: number, deadLetterQueue: string, now: number): void {
    this.#rows.bury(id, deadLetterQueue, now);
    const deadLetters = this.#queues.get(deadLetterQueue);
    if (deadLetters === undefined) return;
    deadLetters.drained = false;
    this.#database.afterDurable(deadLetters.waiters.wake);
  }

  #state(name: string): State {
    const state = this.#queues.get(name);
    if (state === undefined) throw new QueueNotFoundError(name);
    return state;
  }
}

/** A receipt is the row and the receive it was given for, so that an old one fits nothing. */
function parseReceipt(receiptHandle: string): Receipt {
  const [id, receiveCount] = receiptHandle.split('.');
  return { id: Number(id), receiveCount: Number(receiveCount) };
}
