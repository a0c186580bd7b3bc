import type { HostedQueues, MadeResources, QueueSettings } from '#shared/ports/control-plane.ts';
import { Mutex } from '../mutex.ts';

/** A queue's attributes. Times are in seconds. */
export interface QueueAttributes extends QueueSettings {
  /** Seconds before a message becomes visible, when the message does not set its own delay. */
  readonly delay: number;
  /** Seconds for which a receive waits, when the receive does not set its own wait. */
  readonly wait: number;
}

/** The queues by their names: the queues of serverless.yml, and the queues that clients create. */
export class QueueStore {
  readonly #queue: HostedQueues;
  readonly #made: MadeResources;
  readonly #attributes = new Map<string, QueueAttributes>();
  readonly #changes = new Mutex();

  constructor({ queue, made }: { readonly queue: HostedQueues; readonly made: MadeResources }) {
    this.#queue = queue;
    this.#made = made;
  }

  /** Restores the queues of the last start. It skips a queue when serverless.yml now has a queue of that name. */
  async restore(): Promise<void> {
    for (const { name, definition } of await this.#made.all('queue')) {
      if (this.#queue.settings(name) === undefined) await this.#open(name, JSON.parse(definition) as QueueAttributes);
    }
  }

  get(name: string): QueueAttributes | undefined {
    const settings = this.#queue.settings(name);
    if (settings === undefined) return undefined;
    return this.#attributes.get(name) ?? { ...settings, delay: 0, wait: 0 };
  }

  /** Stores the queue, then creates it. If a queue of that name exists, it returns the attributes of that queue. */
  create(name: string, attributes: QueueAttributes): Promise<QueueAttributes> {
    return this.#changes.run(async () => {
      const known = this.get(name);
      if (known !== undefined) return known;
      await this.#made.put('queue', { name, definition: JSON.stringify(attributes) });
      await this.#open(name, attributes);
      return attributes;
    });
  }

  async #open(name: string, attributes: QueueAttributes): Promise<void> {
    const { delay: _delay, wait: _wait, ...settings } = attributes;
    this.#attributes.set(name, attributes);
    await this.#queue.create(name, settings);
  }
}
