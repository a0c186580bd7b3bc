import type { Readable } from 'node:stream';
import { StarlingError } from '#shared/errors.ts';
import { ServiceError } from './errors.ts';

/** The largest request: 10 MiB of records, plus the overhead of base64 and JSON. */
const MAX_BODY_BYTES = 16 * 1024 * 1024;
/** Bytes of all requests in progress. Without the limit, producers faster than the disk would fill the memory. */
const MAX_HELD_BYTES = 16 * MAX_BODY_BYTES;

export interface BodyLimits {
  readonly body: number;
  readonly held: number;
}

/** Reads bodies, and counts the bytes that it holds in memory. */
export class Bodies {
  readonly #limits: BodyLimits;
  #held = 0;

  constructor(limits: BodyLimits = { body: MAX_BODY_BYTES, held: MAX_HELD_BYTES }) {
    this.#limits = limits;
  }

  /**
   * Runs `work` on the body. The bytes of the body count as held until `work` ends.
   *
   * @throws ServiceError when the body is larger than the largest request of AWS
   * @throws ServiceError with the code `throttled` when the server holds too many bytes
   * @throws CutOffError when the client disconnects within the body
   */
  async with<T>(request: Readable, throttled: string, work: (body: Buffer) => Promise<T>): Promise<T> {
    const held = { size: 0 };
    try {
      return await work(await this.#read(request, throttled, held));
    } finally {
      this.#held -= held.size;
    }
  }

  /** Uses events, not an iterator: for a small body an iterator costs twice as much as all other work. */
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
          refuse(
            new ServiceError(
              throttled,
              'Rate exceeded: the requests in progress are too large together. Try again later.',
            ),
          );
      };
      const refuse = (error: Error) => {
        // Read the rest and drop it: a client that is still sending reads no answer, and cannot reuse its connection.
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

/** The client disconnected within the body. It reads no answer. */
export class CutOffError extends StarlingError {
  constructor(cause: unknown) {
    super('CUT_OFF', 'The client disconnected before the end of its request.', { cause });
  }
}

function tooLarge(max: number): ServiceError {
  return new ServiceError('RequestEntityTooLargeException', `The request is too large. The limit is ${max} bytes.`, {
    status: 413,
  });
}
