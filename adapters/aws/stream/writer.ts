import { type KinesisClient, PutRecordsCommand, type PutRecordsRequestEntry } from '@aws-sdk/client-kinesis';
import { StarlingError } from '#shared/errors.ts';
import type { EventStream, OutgoingRecord } from '#shared/ports/event-stream.ts';
import { inParallel } from '../batches.ts';
import type { ClaimCheck } from '../claim-check/claim-check.ts';
import { type RetryPolicy, standardRetry } from '../retry.ts';
import { onStream } from './call.ts';
import { OrderedPut } from './ordered-put.ts';

export interface AwsStreamWriterOptions {
  readonly client: KinesisClient;
  readonly claims: ClaimCheck;
  readonly retry?: RetryPolicy;
}

/** Bytes of data and key together that a stream takes, unless it was created for larger records. */
export const MAX_RECORD_BYTES = 1_048_576;
/** Blobs written at the same time. */
const CHECK_INS = 4;

/** The record is larger than the stream takes. It is not a CloudEvent, so its data cannot go to the blob store. */
export class RecordTooLargeError extends StarlingError {
  constructor(bytes: number, options?: { cause?: unknown }) {
    super(
      'RECORD_TOO_LARGE',
      `The record has ${bytes} bytes. A stream takes ${MAX_RECORD_BYTES}, and more only of CloudEvents.`,
      options,
    );
  }
}

/** Puts records into streams of Kinesis Data Streams. An agent needs nothing else from a stream. */
export class AwsStreamWriter implements Pick<EventStream, 'put'> {
  readonly #client: KinesisClient;
  readonly #claims: ClaimCheck;
  readonly #retry: RetryPolicy;

  constructor({ client, claims, retry = standardRetry }: AwsStreamWriterOptions) {
    this.#client = client;
    this.#claims = claims;
    this.#retry = retry;
  }

  /**
   * When it throws, some records may be in the stream: for each key, those before the first missing one. A caller that
   * puts them again may store those twice.
   *
   * @throws StreamNotFoundError, RecordTooLargeError, AwsError
   */
  async put(
    stream: string,
    records: readonly OutgoingRecord[],
  ): Promise<readonly { readonly sequenceNumber: string }[]> {
    const entries = await inParallel(records, CHECK_INS, (record) => this.#entryOf(record));
    const call = async (Records: PutRecordsRequestEntry[]) => {
      const command = new PutRecordsCommand({ StreamName: stream, Records });
      const { Records: answers = [] } = await this.#client.send(command);
      return answers;
    };
    const numbers = await onStream('kinesis:PutRecords', stream, () =>
      new OrderedPut(entries, call, this.#retry).run(),
    );
    return numbers.map((sequenceNumber) => ({ sequenceNumber }));
  }

  async #entryOf({ partitionKey, data }: OutgoingRecord): Promise<PutRecordsRequestEntry> {
    const room = MAX_RECORD_BYTES - Buffer.byteLength(partitionKey);
    return { PartitionKey: partitionKey, Data: data.length <= room ? data : await this.#checkIn(data, room) };
  }

  async #checkIn(data: Uint8Array, room: number): Promise<Uint8Array> {
    const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString();
    const source = sourceOf(text);
    if (source === undefined) throw new RecordTooLargeError(data.length);
    try {
      return Buffer.from(await this.#claims.checkIn(source, text, room));
    } catch (error) {
      // The JSON is nested too deep to be parsed.
      if (error instanceof RangeError) throw new RecordTooLargeError(data.length, { cause: error });
      throw error;
    }
  }
}

/** The source of a CloudEvent, if it has one. The reference's key needs it. */
function sourceOf(json: string): string | undefined {
  try {
    const event: unknown = JSON.parse(json);
    const isEvent = typeof event === 'object' && event !== null && 'source' in event && 'data' in event;
    return isEvent && typeof event.source === 'string' ? event.source : undefined;
  } catch {
    return undefined;
  }
}
