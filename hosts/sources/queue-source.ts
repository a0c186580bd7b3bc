import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import { costsNoAttempt, type LocalFunction } from '#hosts/functions/function.ts';
import { OutOfResourcesError } from '#hosts/functions/out-of-resources.ts';
import { failedInOrder } from '#shared/events/fifo-batch.ts';
import { isStoreUnavailable } from '#shared/ports/errors.ts';
import type { Queue, ReceivedMessage } from '#shared/ports/queue.ts';
import { ShortLivedMap, ShortLivedSet } from '#shared/short-lived.ts';
import { sleep } from '#shared/sleep.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { Metrics } from '#shared/telemetry/metrics.ts';
import type { Source } from './source.ts';
import { sqsRecord } from './sqs-record.ts';
import type { VisibilityExtender } from './visibility-extender.ts';

export interface QueueSourceOptions {
  readonly queue: Queue;
  readonly name: string;
  readonly poll: Poll;
  readonly arn: string;
  readonly target: LocalFunction;
  /** The maximum number of messages per invocation. */
  readonly batchSize: number;
  /** The maximum number of invocations at the same time. */
  readonly concurrency: number;
  readonly maxReceiveCount: number;
  /** A FIFO queue's messages of one group are never in two invocations at the same time. */
  readonly fifo: boolean;
  /** Extends the visibility of messages while a function runs longer than the queue's visibility timeout. */
  readonly visibility?: VisibilityExtender;
  /** Set if the queue is in the mesh's own store. That store may have no room. */
  readonly store?: OwnStore;
  /** Called for each record of an invocation that ended without an answer of the function. */
  readonly onLost?: (record: SQSRecord, error: unknown) => Promise<void>;
  readonly log: Logger;
  readonly metrics: Metrics;
}

/** The store that holds both the queue and the data that its functions write. */
export interface OwnStore {
  /** The number of writes that the store has refused since the start. */
  readonly refused: () => number;
  /** The time between two tries while the store refuses writes. */
  readonly pauseMs: number;
  /** Makes messages visible again after `delaySeconds` without using up an attempt. @throws StoreUnavailableError */
  readonly excuse: (receiptHandles: readonly string[], delaySeconds: number) => Promise<void>;
  /** Remembers how many receives of the record used up no attempt. */
  readonly noteExcused: (record: SQSRecord, count: number) => void;
}

/** The way to receive from a queue. */
export interface Poll {
  /** The length of one long poll. */
  readonly seconds: number;
  /** true: a stop aborts the poll; false: a stop waits for its end. */
  readonly breakOff: boolean;
}

/** An aborted poll within this process has taken no message. */
export const ownPoll: Poll = { seconds: 20, breakOff: true };
/** SQS may give a message to an aborted poll. That hides the message and uses up an attempt, so a poll is short and is never aborted. */
export const sqsPoll: Poll = { seconds: 5, breakOff: false };

/** The pause after a failed receive. */
const RETRY_MS = 1_000;
const REPEAT_AFTER_MS = 60_000;

/**
 * Does the work of Lambda's event source mapping of an SQS queue: gives batches to the function, and deletes the messages
 * that the function did not report as failed. A message of the mesh's own store uses up no attempt if it fails while the
 * store refuses writes, or if the function cannot start because the machine lacks something. The source receives nothing
 * until the store accepts writes again.
 */
export class QueueSource implements Source {
  readonly #options: QueueSourceOptions;
  readonly #stopping = new AbortController();
  readonly #running = new ShortLivedSet<Promise<void>>();
  /** The number of messages of each tenant that invocations work on. A tenant of slow messages leaves slots to others. */
  readonly #inFlight = new ShortLivedMap<string, number>();
  #slotFree: (() => void) | undefined;
  /** Ended invocations whose result the store has no room for. */
  #held = 0;
  #saidAt = Number.NEGATIVE_INFINITY;
  #loop: Promise<void> | undefined;

  constructor(options: QueueSourceOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#poll();
  }

  /** Receives no more messages, and resolves when the running invocations have ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#slotFree?.();
    await this.#loop;
    await Promise.all(this.#running);
  }

  async #poll(): Promise<void> {
    const { queue, name, poll, batchSize, concurrency, fifo, visibility, log } = this.#options;
    const { signal } = this.#stopping;
    const options = {
      wait: poll.seconds,
      inFlight: this.#inFlight,
      ...(poll.breakOff && { signal }),
      ...(visibility && { visibilityTimeout: visibility.visibilityTimeoutSeconds }),
    };
    while (!signal.aborted) {
      const free = this.#held > 0 ? 0 : concurrency - this.#running.size;
      if (free <= 0) {
        await new Promise<void>((resolve) => {
          this.#slotFree = resolve;
        });
        continue;
      }
      try {
        // FIFO: one receive per invocation. The next receive cannot return these groups while they are in flight.
        const messages = await queue.receive(name, { ...options, max: fifo ? batchSize : free * batchSize });
        visibility?.extend(messages);
        for (let at = 0; at < messages.length; at += batchSize) this.#run(messages.slice(at, at + batchSize));
      } catch (error) {
        if (signal.aborted) return;
        if (!isStoreUnavailable(error)) log.error('receiving from a queue failed', { queue: name, error });
        await sleep(this.#options.store?.pauseMs ?? RETRY_MS, signal);
      }
    }
  }

  #run(messages: readonly ReceivedMessage[]): void {
    this.#count(messages, 1);
    this.#observe(messages);
    const running = this.#invoke(messages).finally(() => {
      this.#running.delete(running);
      this.#count(messages, -1);
      this.#slotFree?.();
    });
    this.#running.add(running);
  }

  #observe(messages: readonly ReceivedMessage[]): void {
    const { target, metrics } = this.#options;
    for (const { receiveCount, sentAt, firstReceivedAt } of messages) {
      if (receiveCount > 1) continue;
      metrics.observe('starling_queue_wait_seconds', { function: target.name }, (firstReceivedAt - sentAt) / 1000);
    }
  }

  #count(messages: readonly ReceivedMessage[], by: 1 | -1): void {
    for (const { tenant } of messages) {
      if (tenant === undefined) continue;
      const count = (this.#inFlight.get(tenant) ?? 0) + by;
      if (count === 0) this.#inFlight.delete(tenant);
      else this.#inFlight.set(tenant, count);
    }
  }

  async #invoke(messages: readonly ReceivedMessage[]): Promise<void> {
    const { queue, name, visibility, store, log } = this.#options;
    const refusedBefore = store?.refused();
    const { failed, isExcused = store?.refused() !== refusedBefore } = await this.#hand(messages);
    if (visibility) await Promise.all(messages.map(({ receiptHandle }) => visibility.stopExtending(receiptHandle)));
    const isFailed = ({ messageId }: ReceivedMessage) => failed.has(messageId);
    const done = messages.filter((message) => !isFailed(message)).map(handleOf);
    try {
      if (done.length > 0) await this.#whenWritable(() => queue.delete(name, done));
    } catch (error) {
      log.warn('processed messages could not be deleted and will be delivered again', { queue: name, error });
    }
    if (done.length === messages.length) return;
    const again = messages.filter(isFailed);
    if (store === undefined || !isExcused) return this.#countDeadLetters(again);
    try {
      await this.#whenWritable(() => store.excuse(again.map(handleOf), store.pauseMs / 1000));
    } catch (error) {
      log.warn('messages used up an attempt because the store has no room', { queue: name, error });
    }
  }

  /** Tries again while the store refuses writes. The source receives nothing in that time. */
  async #whenWritable(write: () => Promise<void>): Promise<void> {
    const { signal } = this.#stopping;
    let waits = false;
    try {
      for (;;) {
        try {
          return await write();
        } catch (error) {
          if (!isStoreUnavailable(error) || signal.aborted) throw error;
        }
        if (!waits) this.#held++;
        waits = true;
        await sleep(this.#options.store?.pauseMs ?? RETRY_MS, signal);
      }
    } finally {
      if (waits) this.#held--;
    }
  }

  /** Resolves when the function has ended. */
  async #hand(messages: readonly ReceivedMessage[]): Promise<Outcome> {
    const { target, arn, store, onLost, log, metrics } = this.#options;
    const Records = messages.map((message) => {
      const record = sqsRecord(message, arn);
      store?.noteExcused(record, message.excused ?? 0);
      return record;
    });
    try {
      const response = (await target.invoke({ Records })) as SQSBatchResponse | undefined;
      const failed = response?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier);
      return { failed: failedInOrder(Records, new Set(failed)) };
    } catch (error) {
      const failed = new Set(messages.map(({ messageId }) => messageId));
      if (costsNoAttempt(error)) {
        if (error instanceof OutOfResourcesError) await this.#waitForResources(error);
        return { failed, isExcused: true };
      }
      metrics.count('starling_invocations_failed_total', { function: target.name });
      log.error('an invocation failed', { function: target.name, error });
      if (onLost) await Promise.all(Records.map((record) => onLost(record, error)));
      return { failed };
    }
  }

  /**
   * Logs at most once a minute: each message fails again every second. The invocation keeps its slot meanwhile, so that a
   * long queue is not received over and over.
   */
  async #waitForResources(error: OutOfResourcesError): Promise<void> {
    const { target, store, log, metrics } = this.#options;
    metrics.count('starling_starts_refused_total', { function: target.name });
    const now = performance.now();
    if (now - this.#saidAt >= REPEAT_AFTER_MS) {
      this.#saidAt = now;
      log.error('a function cannot start: its messages keep their attempts and come again', {
        function: target.name,
        error,
      });
    }
    await sleep(store?.pauseMs ?? RETRY_MS, this.#stopping.signal);
  }

  /** Counts the failed messages that have used up their last attempt. */
  #countDeadLetters(failed: readonly ReceivedMessage[]): void {
    const { target, maxReceiveCount, metrics } = this.#options;
    for (const { receiveCount, excused = 0 } of failed) {
      if (receiveCount - excused >= maxReceiveCount) {
        metrics.count('starling_dead_letters_total', { function: target.name });
      }
    }
  }
}

interface Outcome {
  /** The ids of the messages that must be delivered again. */
  readonly failed: ReadonlySet<string>;
  /** Set if they failed because the store or the machine lacks something. */
  readonly isExcused?: true;
}

const handleOf = ({ receiptHandle }: ReceivedMessage) => receiptHandle;
