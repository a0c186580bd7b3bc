import type { PutRecordsRequestEntry, PutRecordsResultEntry } from '@aws-sdk/client-kinesis';
import { batches, inParallel } from '../batches.ts';
import { backoff, type RetryPolicy } from '../retry.ts';

/** One PutRecords call. It returns one result for each record, in order. An error that it throws is final. */
export type PutCall = (entries: PutRecordsRequestEntry[]) => Promise<readonly PutRecordsResultEntry[]>;

/**
 * Half of the 10 MB that PutRecords takes. A shard takes 1 MB/s, so one call is mostly for several shards. A smaller
 * call costs less when it has to be sent again.
 */
const CALL = { count: 500, bytes: 5_000_000 };
/** Calls at the same time. */
const CALLS = 4;

/** The records of one partition key, and the index of the next one. */
interface Line {
  readonly records: { readonly index: number; readonly entry: PutRecordsRequestEntry }[];
  next: number;
}

/**
 * Puts records so that the records of a partition key get into the stream in their order.
 *
 * A call has at most one record of a key. When PutRecords cannot take a record, it continues with the next one. A
 * second record of the key would then overtake the first, and nothing can remove it from the stream. So a key gets
 * about 70 to 100 records a second, although its shard takes 1,000. Records of other keys go in the same calls.
 */
export class OrderedPut {
  readonly #call: PutCall;
  readonly #retry: RetryPolicy;
  readonly #lines = new Map<string | undefined, Line>();
  readonly #sequenceNumbers: string[] = [];
  #failure: { readonly error: unknown } | undefined;

  constructor(entries: readonly PutRecordsRequestEntry[], call: PutCall, retry: RetryPolicy) {
    this.#call = call;
    this.#retry = retry;
    entries.forEach((entry, index) => {
      const line = this.#lines.get(entry.PartitionKey) ?? { records: [], next: 0 };
      line.records.push({ index, entry });
      this.#lines.set(entry.PartitionKey, line);
    });
  }

  /**
   * Returns the sequence numbers, in the order of the records. After it settles, it puts nothing more. So a caller that
   * puts the rest again meets no late record of this put.
   *
   * @throws the error of a call, or the result of a record that Kinesis did not take at the last try
   */
  async run(): Promise<readonly string[]> {
    await this.#drain([...this.#lines.values()], 0);
    if (this.#failure) throw this.#failure.error;
    return this.#sequenceNumbers;
  }

  /**
   * Puts all of these lines. A line whose record was not taken waits and continues alone, so it delays no other line.
   */
  async #drain(lines: readonly Line[], failuresBefore: number): Promise<void> {
    const held: Promise<void>[] = [];
    let ready = lines;
    let failures = failuresBefore;
    while (ready.length > 0 && this.#failure === undefined) {
      const calls = batches(ready, CALL, sizeOfNext);
      const refused = (await inParallel(calls, CALLS, (call) => this.#putNext(call, failures))).flat();
      if (refused.length > 0) held.push(this.#drainLater(refused, failures + 1));
      ready = ready.filter((line) => line.next < line.records.length && !refused.includes(line));
      failures = 0;
    }
    await Promise.all(held);
  }

  async #drainLater(lines: readonly Line[], failures: number): Promise<void> {
    await this.#retry.sleep(backoff(failures, this.#retry));
    await this.#drain(lines, failures);
  }

  /** Puts the next record of each line. Returns the lines whose record was not taken, so that they are tried again. */
  async #putNext(lines: readonly Line[], failures: number): Promise<readonly Line[]> {
    const records = lines.flatMap((line) => line.records.slice(line.next, line.next + 1));
    try {
      const answers = await this.#call(records.map(({ entry }) => entry));
      return lines.filter((line, place) => {
        const { SequenceNumber, ErrorCode, ErrorMessage } = answers[place] ?? {};
        const index = records[place]?.index;
        if (SequenceNumber !== undefined && index !== undefined) {
          this.#sequenceNumbers[index] = SequenceNumber;
          line.next++;
          return false;
        }
        if (failures + 1 < this.#retry.attempts) return true;
        throw Object.assign(new Error(ErrorMessage ?? 'no answer for this record'), { name: ErrorCode ?? 'Error' });
      });
    } catch (error) {
      this.#failure ??= { error };
      return [];
    }
  }
}

function sizeOfNext({ records, next }: Line): number {
  const entry = records[next]?.entry;
  return Buffer.byteLength(entry?.PartitionKey ?? '') + (entry?.Data?.length ?? 0);
}
