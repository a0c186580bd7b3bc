import { ACCOUNT } from '../identity.ts';
import type { InputReader } from '../input-reader.ts';
import { invalidAddress, queueDoesNotExist } from './errors.ts';
import type { QueueAttributes, QueueStore } from './queue-store.ts';

export interface NamedQueue {
  readonly name: string;
  readonly attributes: QueueAttributes;
}

/** Finds queues by their URLs. It ignores the host of a URL: a client may reach the mesh by several host names. */
export class QueueUrls {
  readonly #book: QueueStore;
  readonly #base: string;

  /** @param url the URL of the mesh */
  constructor(book: QueueStore, url: string) {
    this.#book = book;
    this.#base = `${url}/${ACCOUNT}/`;
  }

  of(name: string): string {
    return `${this.#base}${name}`;
  }

  /** The queue that the input's `QueueUrl` names. @throws ServiceError */
  queue(input: InputReader): NamedQueue {
    const url = input.requiredString('QueueUrl');
    const [, account, name] = /^https?:\/\/.+\/(\d{12})\/([^/?#]+)$/.exec(url) ?? [];
    if (account === undefined || name === undefined) throw invalidAddress(url);
    const attributes = account === ACCOUNT ? this.#book.get(name) : undefined;
    if (attributes === undefined) throw queueDoesNotExist();
    return { name, attributes };
  }
}
