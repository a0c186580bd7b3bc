import type { Readable } from 'node:stream';
import { StarlingError } from '#shared/errors.ts';
import { ServiceError } from './errors.ts';

/** The largest request: 10 MiB of records and the overhead of base64 and JSON. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** All requests in progress together: producers that are faster than the disk must not fill the memory. */
const MAX_HELD_BYTES = 16 * MAX_BODY_BYTES;

export interface BodyLimits {
  readonly body: number;
  readonly held: number;
}

/** Reads bodies, and knows how many bytes of them are held. */
export class Bodies {
  readonly #limits: BodyLimits;
  #held = 0;

  constructor(limits: BodyLimits = { body: MAX_BODY_BYTES, held: MAX_HELD_BYTES }) {
    this.#limits = limits;
  }

  /**
   * Has `work` done on the body; its bytes count as held until that has ended.
   *
   * @throws ServiceError when it is larger than any request of AWS's, or, with the code `throttled`, when too much is held.
   * @throws CutOffError
   */
  async with<T>(request: Readable, throttled: string, work: (body: Buffer) => Promise<T>): Promise<T> {
    const held = { size: 0 };
    try {
      return await work(await this.#read(request, throttled, held));
    } finally {
      this.#held -= held.size;
    }
  }

  /** By events rather than by an iterator: that costs twice what all else of a small body does. */
  #read(request: Readable, throttled: string, held: { size: number }): Promise<Buffer> {
    const { body, held: maxHeld } = this.#limits;
    const chunks: Buffer[] = [];
    return new Promise((resolve, reject) => {
      const take = (chunk: Buffer) => {
        held.size += chunk.length;
        this.#held += chunk.length;
        chunks.push(chunk);
        if (held.size > body) refuse(tooLarge(body));
        else if (this.#held > maxHeld)
          refuse(new ServiceError(throttled, 'Rate exceeded: the mesh works on as much as it can hold.'));
      };
      const refuse = (error: Error) => {
        // The rest goes by unkept: a client that is still sending would not read the answer, nor its connection be of use again.
        request.off('data', take).resume();
        reject(error);
      };
      request
        .on('data', take)
        .once('end', () => {
          const [first] = chunks;
          resolve(chunks.length === 1 && first ? first : Buffer.concat(chunks));
        })
        .once('error', (cause) => reject(new CutOffError(cause)))
        .once('close', () => {
          if (!request.readableEnded) reject(new CutOffError(request.errored));
        });
    });
  }
}

/** The client broke off within the body: there is nobody to answer. */
export class CutOffError extends StarlingError {
  constructor(cause: unknown) {
    super('CUT_OFF', 'The client broke off its request.', { cause });
  }
}

function tooLarge(max: number): ServiceError {
  return new ServiceError('RequestEntityTooLargeException', `A request has at most ${max} bytes.`, { status: 413 });
}
