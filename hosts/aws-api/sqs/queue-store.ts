import type { HostedQueues, MadeResources, QueueSettings } from '#shared/ports/control-plane.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { RuleStore } from '../events/rule-store.ts';
import { Mutex } from '../mutex.ts';

/** A queue's attributes. Times are in seconds. */
export interface QueueAttributes extends QueueSettings {
  /** Seconds before a message becomes visible, when the message does not set its own delay. */
  readonly delay: number;
  /** Seconds for which a receive waits, when the receive does not set its own wait. */
  readonly wait: number;
  /** Default: the largest message of SQS. */
  readonly maxMessageBytes?: number;
  /** Seconds since 1970. Absent for queues of serverless.yml, and for queues that an older version created. */
  readonly createdAt?: number;
  readonly changedAt?: number;
}

export interface QueueStoreOptions {
  readonly queue: HostedQueues;
  readonly made: MadeResources;
  readonly rules: Pick<RuleStore, 'withoutQueue' | 'queueCreated'>;
  readonly log: Logger;
}

/** The queues by their names: the queues of serverless.yml, and the queues that clients create. */
export class QueueStore {
  readonly #queue: HostedQueues;
  readonly #made: MadeResources;
  readonly #rules: QueueStoreOptions['rules'];
  readonly #log: Logger;
  /** The queues that clients created. */
  readonly #attributes = new Map<string, QueueAttributes>();
  /** The names of deleted queues whose messages are still in the store. */
  readonly #uncleared = new Set<string>();
  readonly #changes = new Mutex();

  constructor({ queue, made, rules, log }: QueueStoreOptions) {
    this.#queue = queue;
    this.#made = made;
    this.#rules = rules;
    this.#log = log;
  }

  /**
   * Restores the queues of the last start, and finishes deletions that the last process did not finish. It skips a queue
   * when serverless.yml now has a queue of that name.
   */
  async restore(): Promise<void> {
    for (const { name } of await this.#made.all('deleted-queue')) {
      // By now serverless.yml may define a queue of this name. It must not get the messages of the deleted queue.
      if (this.#queue.settings(name) !== undefined) await this.#queue.purge(name);
      else await this.#queue.remove(name);
      await this.#made.delete('deleted-queue', name);
    }
    for (const { name, definition } of await this.#made.all('queue')) {
      if (this.#queue.settings(name) === undefined) await this.#open(name, JSON.parse(definition) as QueueAttributes);
    }
  }

  get(name: string): QueueAttributes | undefined {
    const settings = this.#queue.settings(name);
    if (settings === undefined) return undefined;
    return this.#attributes.get(name) ?? { ...settings, delay: 0, wait: 0 };
  }

  names(): readonly string[] {
    return this.#queue.names();
  }

  /** Whether serverless.yml defines the queue. Clients do not change such a queue. */
  isWired(name: string): boolean {
    return this.#queue.settings(name) !== undefined && !this.#attributes.has(name);
  }

  /** The queues whose dead letters go to this queue. */
  deadLetterSources(deadLetterQueue: string): readonly string[] {
    return this.names().filter((name) => this.#queue.settings(name)?.deadLetterQueue === deadLetterQueue);
  }

  /** Stores the queue, then creates it. If a queue of that name exists, it returns the attributes of that queue. */
  create(name: string, attributes: QueueAttributes): Promise<QueueAttributes> {
    return this.#changes.run(async () => {
      const known = this.get(name);
      if (known !== undefined) return known;
      // The queue must not get the messages of a deleted queue of this name.
      if (this.#uncleared.has(name)) await this.#clear(name);
      await this.#store(name, attributes);
      await this.#rules.queueCreated(name);
      return attributes;
    });
  }

  /** Replaces the attributes of a queue that a client created. Returns false when the queue does not exist. */
  change(name: string, change: (attributes: QueueAttributes) => QueueAttributes): Promise<boolean> {
    return this.#changes.run(async () => {
      const before = this.#attributes.get(name);
      if (before === undefined) return false;
      await this.#store(name, change(before));
      return true;
    });
  }

  /**
   * Deletes a queue that a client created. The queue is gone when the promise resolves. Its messages are deleted after
   * that: the next start deletes the rest, if the mesh stops before. Returns false when the queue does not exist.
   */
  remove(name: string): Promise<boolean> {
    return this.#changes.run(async () => {
      if (!this.#attributes.has(name)) return false;
      await this.#rules.withoutQueue(name, async () => {
        await this.#made.rename('queue', name, 'deleted-queue');
        this.#attributes.delete(name);
        this.#uncleared.add(name);
        this.#clear(name).catch((error: unknown) =>
          this.#log.warn('The messages of a deleted queue remain in the store until the next start.', {
            queue: name,
            error,
          }),
        );
      });
      return true;
    });
  }

  /** Removes the queue at once, then deletes its messages. */
  async #clear(name: string): Promise<void> {
    await this.#queue.remove(name);
    await this.#made.delete('deleted-queue', name);
    this.#uncleared.delete(name);
  }

  async #store(name: string, attributes: QueueAttributes): Promise<void> {
    await this.#made.put('queue', { name, definition: JSON.stringify(attributes) });
    await this.#open(name, attributes);
  }

  async #open(name: string, attributes: QueueAttributes): Promise<void> {
    const {
      delay: _delay,
      wait: _wait,
      maxMessageBytes: _max,
      createdAt: _at,
      changedAt: _since,
      ...settings
    } = attributes;
    this.#attributes.set(name, attributes);
    await this.#queue.create(name, settings);
  }
}
