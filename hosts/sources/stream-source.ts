import type { KinesisStreamBatchResponse, KinesisStreamEvent, KinesisStreamRecord } from 'aws-lambda';
import { costsNoAttempt, type LocalFunction } from '#hosts/functions/function.ts';
import { isStoreUnavailable } from '#shared/ports/errors.ts';
import type { EventStream, StreamRecord } from '#shared/ports/event-stream.ts';
import { sleep } from '#shared/sleep.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { Counters } from '#shared/telemetry/metrics.ts';
import type { StreamConsumer } from '#wiring/types.ts';
import type { Source } from './source.ts';

export interface StreamSourceOptions {
  readonly stream: EventStream;
  readonly consumer: StreamConsumer;
  readonly arn: string;
  readonly target: LocalFunction;
  readonly log: Logger;
  readonly metrics: Counters;
}

/** The length of one long poll. It causes no delay, because a record ends the poll. */
const LONG_POLL_SECONDS = 20;
const FIRST_BACKOFF_MS = 100;
const MAX_BACKOFF_MS = 10_000;
/** The time between two listings of the shards. A stream can get new shards while it is read. */
const LIST_SHARDS_MS = 60_000;

/**
 * Does the work of Lambda's event source mapping of a Kinesis stream. Each shard has one batch at a time, in order. A failed
 * batch is retried from its first failed record. With `bisect`, it is split in two first; a split uses up no retry. Records
 * that fail every retry are skipped, so that the shard goes on. A failure uses up no retry while the
 * store refuses writes, and while the function cannot start because the machine lacks something.
 */
export class StreamSource implements Source {
  readonly #options: StreamSourceOptions;
  readonly #stopping = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(options: StreamSourceOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#watch();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #watch(): Promise<void> {
    const { stream, consumer, log } = this.#options;
    const { signal } = this.#stopping;
    const consumed = new Map<string, Promise<void>>();
    // The records of a shard that appears later all came after the start.
    let beginning = consumer.startingPosition;
    while (!signal.aborted) {
      try {
        for (const shard of await stream.shards(consumer.stream)) {
          if (!consumed.has(shard)) consumed.set(shard, this.#consume(shard, beginning));
        }
        beginning = 'TRIM_HORIZON';
        await sleep(LIST_SHARDS_MS, signal);
      } catch (error) {
        log.error('listing the shards of a stream failed', { stream: consumer.stream, error });
        await sleep(1000, signal);
      }
    }
    await Promise.all(consumed.values());
  }

  async #consume(shard: string, beginning: StreamConsumer['startingPosition']): Promise<void> {
    const { stream, log, consumer, target } = this.#options;
    const { signal } = this.#stopping;
    /** The start without a checkpoint. It is determined once: with LATEST, a second look would skip the records that failed. */
    let start: { readonly after: string | undefined } | undefined;
    let after: string | undefined;
    let known = false;
    while (!signal.aborted) {
      try {
        if (!known) {
          const position = await stream.position(target.name, consumer.stream, shard);
          start ??= { after: position ?? (await this.#begin(shard, beginning)) };
          after = position ?? start.after;
          known = true;
        }
        const records = await this.#collect(shard, after);
        const last = records.at(-1);
        if (last === undefined) continue;
        await this.#process(shard, records);
        after = last.sequenceNumber;
      } catch (error) {
        if (signal.aborted) return;
        known = false;
        if (!isStoreUnavailable(error)) log.error('reading a stream failed', { stream: consumer.stream, shard, error });
        await sleep(1000, signal);
      }
    }
  }

  async #begin(shard: string, beginning: StreamConsumer['startingPosition']): Promise<string | undefined> {
    const { stream, consumer } = this.#options;
    return beginning === 'TRIM_HORIZON' ? undefined : stream.newest(consumer.stream, shard);
  }

  /** Returns a batch. A batch that is not full waits for the batch window. */
  async #collect(shard: string, after: string | undefined): Promise<readonly StreamRecord[]> {
    const { stream, consumer } = this.#options;
    const { signal } = this.#stopping;
    const read = { max: consumer.batchSize, signal };
    const records = await stream.read(consumer.stream, shard, after, { ...read, wait: LONG_POLL_SECONDS });
    if (records.length === 0 || records.length >= consumer.batchSize || consumer.batchWindow === 0) return records;
    await sleep(consumer.batchWindow * 1000, signal);
    return stream.read(consumer.stream, shard, after, { max: consumer.batchSize, wait: 0 });
  }

  /** Resolves when every record is processed or skipped. */
  async #process(shard: string, records: readonly StreamRecord[]): Promise<void> {
    const { consumer, log } = this.#options;
    const { signal } = this.#stopping;
    let batch = records;
    for (let failures = 0; batch.length > 0; ) {
      const done = await this.#invoke(shard, batch);
      await this.#checkpoint(shard, batch[done - 1]);
      batch = batch.slice(done);
      if (batch.length === 0) return;
      if (signal.aborted) throw new Error('the mesh is stopping');
      if (consumer.bisect && batch.length > 1) {
        const half = Math.ceil(batch.length / 2);
        await this.#process(shard, batch.slice(0, half));
        batch = batch.slice(half);
        failures = 0;
        continue;
      }
      if (++failures > (consumer.maximumRetryAttempts ?? Number.POSITIVE_INFINITY)) {
        log.error('records failed every retry and are skipped', {
          stream: consumer.stream,
          shard,
          sequenceNumbers: batch.map(({ sequenceNumber }) => sequenceNumber).slice(0, 10),
        });
        await this.#checkpoint(shard, batch.at(-1));
        return;
      }
      await sleep(Math.min(FIRST_BACKOFF_MS * 2 ** (failures - 1), MAX_BACKOFF_MS), signal);
    }
  }

  /** Returns the number of processed records before the first failed one. @throws StoreUnavailableError, OutOfResourcesError */
  async #invoke(shard: string, records: readonly StreamRecord[]): Promise<number> {
    const { target, consumer, arn, log, metrics } = this.#options;
    try {
      const event: KinesisStreamEvent = {
        Records: records.map((record) => kinesisRecord(record, { shard, arn, functionName: target.name })),
      };
      const response = (await target.invoke(event)) as KinesisStreamBatchResponse | undefined;
      const failed = new Set(response?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier));
      if (!consumer.reportsItemFailures || failed.size === 0) return records.length;
      const first = records.findIndex(({ sequenceNumber }) => failed.has(sequenceNumber));
      return first < 0 ? 0 : first;
    } catch (error) {
      if (costsNoAttempt(error)) throw error;
      metrics.count('starling_invocations_failed_total', { function: target.name });
      log.error('an invocation failed', { function: target.name, error });
      return 0;
    }
  }

  async #checkpoint(shard: string, record: StreamRecord | undefined): Promise<void> {
    const { stream, consumer, target } = this.#options;
    if (record) await stream.checkpoint(target.name, consumer.stream, shard, record.sequenceNumber);
  }
}

interface RecordPlace {
  readonly shard: string;
  /** The stream's. */
  readonly arn: string;
  readonly functionName: string;
}

/**
 * A record in the shape of Lambda's event source mapping.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
 */
function kinesisRecord(record: StreamRecord, { shard, arn, functionName }: RecordPlace): KinesisStreamRecord {
  const [, partition, , region = '', account] = arn.split(':');
  return {
    awsRegion: region,
    eventID: `${shard}:${record.sequenceNumber}`,
    eventName: 'aws:kinesis:record',
    eventSource: 'aws:kinesis',
    eventSourceARN: arn,
    eventVersion: '1.0',
    invokeIdentityArn: `arn:${partition}:iam::${account}:role/${functionName}`,
    kinesis: {
      kinesisSchemaVersion: '1.0',
      partitionKey: record.partitionKey,
      sequenceNumber: record.sequenceNumber,
      data: Buffer.from(record.data.buffer, record.data.byteOffset, record.data.byteLength).toString('base64'),
      approximateArrivalTimestamp: record.arrivedAt / 1000,
    },
  };
}
