import type { Clock } from '#shared/ports/clock.ts';
import type { Backlog, HostedQueues, Moved, MoveOptions, QueueSettings } from '#shared/ports/control-plane.ts';
import { QueueNotFoundError } from '#shared/ports/errors.ts';
import { checkKind, checkMessage, isFifo } from '#shared/ports/fifo.ts';
import type {
  OutgoingMessage,
  Queue,
  QueueDepth,
  ReceivedMessage,
  ReceiveOptions,
  SentMessage,
} from '#shared/ports/queue.ts';
import type { Database } from './database.ts';
import { FifoQueue } from './fifo-queue.ts';
import { FifoRows } from './fifo-rows.ts';
import { MessageRows, type ReceiptState, type Sent } from './message-rows.ts';
import type { QueueOfAKind } from './queue-of-a-kind.ts';
import type { MessageRetention } from './retention/messages.ts';
import { StandardQueue } from './standard-queue.ts';

/** Seconds, https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
const DEFAULT_RETENTION_SECONDS = 4 * 86_400;
const MAX_RETENTION_SECONDS = 14 * 86_400;

/** Queues on SQLite. The settings are in memory only, so the host creates its queues at each start. */
export class SqliteQueue implements Queue, HostedQueues {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #queues = new Map<string, QueueOfAKind>();
  readonly #messages: MessageRows;
  readonly #fifo: FifoRows;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
    this.#messages = new MessageRows(database);
    this.#fifo = new FifoRows(database);
  }

  async create(name: string, settings: QueueSettings): Promise<void> {
    checkKind(name, settings);
    const known = this.#queues.get(name);
    if (known) known.settings = settings;
    else this.#queues.set(name, this.#make(name, settings));
  }

  /** Undefined: no queue has this name. */
  settings(name: string): QueueSettings | undefined {
    return this.#queues.get(name)?.settings;
  }

  names(): readonly string[] {
    return [...this.#queues.keys()];
  }

  async purge(name: string): Promise<void> {
    const rows = isFifo(name) ? this.#fifo : this.#messages;
    const upTo = await this.#database.read(() => rows.newest());
    while ((await this.#database.write(() => rows.clear(name, upTo))) > 0);
  }

  async remove(name: string): Promise<void> {
    this.#queues.get(name)?.close();
    this.#queues.delete(name);
    await this.purge(name);
    while ((await this.#database.write(() => this.#fifo.forget(name))) > 0);
  }

  async backlog(name: string): Promise<Backlog> {
    const { visible } = await this.depth(name);
    const rows = isFifo(name) ? this.#fifo : this.#messages;
    return { visible, mark: await this.#database.read(() => rows.newest()) };
  }

  /** One transaction moves at most a slice. */
  move(name: string, options: MoveOptions): Promise<Moved> {
    return this.#database.write(() => {
      const moved = this.#moveWithin(this.#queue(name), options);
      options.record?.(moved);
      return moved;
    });
  }

  /**
   * How long each queue keeps a message, in milliseconds. A removed queue keeps its messages for the longest time of
   * SQS, so that an operator who removed it by mistake can create it again.
   */
  messageRetention(): MessageRetention {
    let shortest = MAX_RETENTION_SECONDS;
    for (const { settings } of this.#queues.values()) {
      shortest = Math.min(shortest, settings.retention ?? DEFAULT_RETENTION_SECONDS);
    }
    return {
      of: (name) => {
        const queue = this.#queues.get(name);
        return (
          (queue === undefined ? MAX_RETENTION_SECONDS : (queue.settings.retention ?? DEFAULT_RETENTION_SECONDS)) * 1000
        );
      },
      shortest: shortest * 1000,
      freed: (name) => this.#queues.get(name)?.freed(),
    };
  }

  async send(name: string, messages: readonly OutgoingMessage[]): Promise<readonly SentMessage[]> {
    const queue = this.#queue(name);
    for (const message of messages) checkMessage(name, message);
    return this.#database.write(() => messages.map((message) => queue.send(message)));
  }

  /** Sends in the running transaction. Does not check the ids of a FIFO queue; the caller does. */
  sendWithin(name: string, message: Sent): SentMessage {
    return this.#queue(name).send(message);
  }

  receive(name: string, options: ReceiveOptions): Promise<readonly ReceivedMessage[]> {
    return this.#queues.get(name)?.receive(options) ?? missing(name);
  }

  delete(name: string, receiptHandles: readonly string[]): Promise<void> {
    return this.#queues.get(name)?.delete(receiptHandles) ?? missing(name);
  }

  changeVisibility(name: string, receiptHandle: string, timeout: number): Promise<void> {
    return this.#queues.get(name)?.changeVisibility(receiptHandle, timeout) ?? missing(name);
  }

  /**
   * Gives back messages whose handling failed because of the store. Their receives do not bring them nearer to the dead
   * letters. They are visible after `delay` seconds. The receive count still grows, because it numbers the attempts of
   * an agent.
   */
  excuse(name: string, receiptHandles: readonly string[], delay: number): Promise<void> {
    return this.#queues.get(name)?.excuse(receiptHandles, delay) ?? missing(name);
  }

  /** The state of a receipt handle. `delete` and `changeVisibility` do not report it. */
  receiptState(name: string, receiptHandle: string): Promise<ReceiptState> {
    return this.#queues.get(name)?.receiptState(receiptHandle) ?? missing(name);
  }

  /**
   * The earliest time at which a message of the queue is visible, in milliseconds since 1970. It may be in the future.
   * Undefined: the queue has no message.
   */
  visibleSince(name: string): Promise<number | undefined> {
    return this.#queues.get(name)?.visibleSince() ?? missing(name);
  }

  depth(name: string): Promise<QueueDepth> {
    return this.#queues.get(name)?.depth() ?? missing(name);
  }

  /**
   * Makes all messages in flight visible again. Call it at the start of a process that alone consumes the queue: the
   * consumer of those messages died with the process before.
   */
  releaseInFlight(name: string): Promise<number> {
    return this.#queues.get(name)?.releaseInFlight() ?? missing(name);
  }

  /**
   * Takes the current receive of the messages in flight out of their counts, but not of the messages with the ids in
   * `except`. For the start after a crash that was not their fault. Returns the ids of the excused messages.
   */
  excuseInFlight(name: string, except: readonly string[]): Promise<readonly string[]> {
    return this.#queues.get(name)?.excuseInFlight(except) ?? missing(name);
  }

  #moveWithin(source: QueueOfAKind, { destination, mark, max }: MoveOptions): Moved {
    let moved = 0;
    for (const movable of source.movable(mark, max)) {
      const to = destination ?? movable.source;
      if (to === undefined) return { moved, problem: 'unknownSource' };
      const target = this.#queues.get(to);
      if (target === undefined) return { moved, problem: 'missingQueue' };
      target.adopt(movable.message);
      source.drop(movable);
      moved++;
    }
    return { moved };
  }

  #make(name: string, settings: QueueSettings): QueueOfAKind {
    const host = { database: this.#database, clock: this.#clock, find: (other: string) => this.#queues.get(other) };
    const { fifo } = settings;
    return fifo === undefined
      ? new StandardQueue(name, settings, this.#messages, host)
      : new FifoQueue(name, { ...settings, fifo }, this.#fifo, host);
  }

  #queue(name: string): QueueOfAKind {
    const queue = this.#queues.get(name);
    if (queue === undefined) throw new QueueNotFoundError(name);
    return queue;
  }
}

function missing(queue: string): Promise<never> {
  return Promise.reject(new QueueNotFoundError(queue));
}
