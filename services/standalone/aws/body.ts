import type { Readable } from 'node:stream';
import { ServiceError } from './errors.ts';

/** Of one request, in bytes: 10 MiB of records and what base64 and JSON add to them. */
const MAX_BODY = 16 * 1024 * 1024;
/** Of all requests that are being read or worked on: producers that are faster than the disk wait, and do not fill the memory. */
const MAX_HELD = 16 * MAX_BODY;

export interface BodyLimits {
  readonly body: number;
  readonly held: number;
}

/** Reads bodies, and knows how many bytes of them are held. */
export class Bodies {
  readonly #limits: BodyLimits;
  #held = 0;

  constructor(limits: BodyLimits = { body: MAX_BODY, held: MAX_HELD }) {
    this.#limits = limits;
  }

  /**
   * Has `work` done on the body; its bytes count as held until that has ended.
   *
   * @throws ServiceError when it is larger than any request of AWS's, or, with the code `throttled`, when too much is held.
   */
  async with<T>(request: Readable, throttled: string, work: (body: Buffer) => Promise<T>): Promise<T> {
    let size = 0;
    const chunks: Buffer[] = [];
    try {
      // A request that is refused half-way is answered all the same: the iterator must not cut its connection.
      for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
        size += chunk.length;
        this.#held += chunk.length;
        if (size > this.#limits.body) {
          throw new ServiceError(
            'RequestEntityTooLargeException',
            `A request has at most ${this.#limits.body} bytes.`,
            {
              status: 413,
            },
          );
        }
        if (this.#held > this.#limits.held) {
          throw new ServiceError(throttled, 'Rate exceeded: the mesh works on as much as it can hold.');
        }
        chunks.push(chunk);
      }
      const [first] = chunks;
      return await work(chunks.length === 1 && first ? first : Buffer.concat(chunks));
    } finally {
      this.#held -= size;
    }
  }
}
