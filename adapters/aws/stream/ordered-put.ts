import type { PutRecordsRequestEntry, PutRecordsResultEntry } from '@aws-sdk/client-kinesis';
import { batches, inParallel } from '../batches.ts';
import { backoff, type RetryPolicy } from '../retry.ts';

/** One PutRecords call: answers for each record, in order. What it throws is final. */
export type PutCall = (entries: PutRecordsRequestEntry[]) => Promise<readonly PutRecordsResultEntry[]>;

/**
 * Of the 10 MB that PutRecords takes, half: a shard takes 1 MB/s, so what is in one call is mostly for several shards, and
 * a call that has to be sent again should not be larger still.
 */
const CALL = { count: 500, bytes: 5_000_000 };
/** Calls at the same time. */
const CALLS = 4;

/** The records of one partition key, and which of them is next. */
interface Line {
  readonly records: { readonly index: number; readonly entry: PutRecordsRequestEntry }[];
  next: number;
}

/**
 * Puts records so that those of a partition key get into the stream in their order.
 *
 * A call has one record of a key at most: PutRecords goes on behind a record that it could not take, so a second one would
 * overtake it, and cannot be taken back. A key gets some 70 to 100 records a second in this way, where its shard takes
 * 1,000; other keys share the calls.
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
   * The sequence numbers, in the order of the records. Once it has settled, nothing more is put: who puts the rest again
   * meets no late record of this put.
   *
   * @throws what a call threw, or the answer of a record that was not taken to the last try
   */
  async run(): Promise<readonly string[]> {
    await this.#drain([...this.#lines.values()], 0);
    if (this.#failure) throw this.#failure.error;
    return this.#sequenceNumbers;
  }

  /** Puts all of these lines. One whose record was not taken waits and goes on by itself, and holds up no other. */
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

  /** Puts the next record of each line; returns the lines whose record was not taken, to be tried again. */
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
