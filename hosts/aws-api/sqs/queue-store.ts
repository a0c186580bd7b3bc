import type { HostedQueues, MadeResources, QueueSettings } from '#shared/ports/control-plane.ts';
import { Mutex } from '../mutex.ts';

/** A queue's attributes; times in seconds. */
export interface QueueAttributes extends QueueSettings {
  /** Before a message is seen that says nothing of it itself. */
  readonly delay: number;
  /** Of a receive that says nothing of it itself. */
  readonly wait: number;
}

/** The queues that clients make, and those of serverless.yml, by their names. */
export class QueueStore {
  readonly #queue: HostedQueues;
  readonly #made: MadeResources;
  readonly #attributes = new Map<string, QueueAttributes>();
  readonly #changes = new Mutex();

  constructor({ queue, made }: { readonly queue: HostedQueues; readonly made: MadeResources }) {
    this.#queue = queue;
    this.#made = made;
  }

  /** Brings back the queues of the last start, except where serverless.yml has one of the name by now. */
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

  /** Makes the queue, kept before it is there, unless there is one of the name: returns that. */
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
