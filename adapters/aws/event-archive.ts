import {
  type CloudWatchLogsClient,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs';
import type { Clock } from '#shared/ports/clock.ts';
import { EventArchiveOffError } from '#shared/ports/errors.ts';
import type { ArchivedEvent, EventArchive } from '#shared/ports/event-bus.ts';
import { sleep } from '#shared/sleep.ts';
import { calling } from './errors.ts';
import { AHEAD_MS, ArrivalOrder, LATE_MS, type LoggedEvent, secondOf } from './event-archive-order.ts';

export interface CloudWatchEventArchiveOptions {
  readonly client: CloudWatchLogsClient;
  /** A rule of the bus sends each event to this log group, unchanged. */
  readonly logGroup: string;
  readonly clock: Clock;
  /** Milliseconds after which an event that has arrived can be read for sure. */
  readonly settleMs?: number;
  /**
   * Milliseconds between two searches for new events. FilterLogEvents is free. An account has 5 to 25 calls a second.
   */
  readonly intervalMs?: number;
  /** Characters of events that may wait for earlier events. More events are dropped and read again later. */
  readonly maxWaiting?: number | undefined;
}

/** CloudWatch Logs makes an event readable within seconds. */
const SETTLE_MS = 5_000;
const INTERVAL_MS = 2_000;
/** Milliseconds. The search goes no further back: the log group keeps events for days. */
const HISTORY_MS = 14 * 86_400_000;

/**
 * The events of the bus in CloudWatch Logs. The archive of EventBridge itself can only be replayed.
 *
 * An event is shown some seconds after it was put, when its second is complete. So positions never change, and a tail
 * that continues from a position loses no event and shows none twice.
 */
export class CloudWatchEventArchive implements EventArchive {
  readonly #client: CloudWatchLogsClient;
  readonly #logGroup: string;
  readonly #clock: Clock;
  readonly #settleMs: number;
  readonly #intervalMs: number;
  readonly #maxWaiting: number | undefined;

  constructor({
    client,
    logGroup,
    clock,
    settleMs = SETTLE_MS,
    intervalMs = INTERVAL_MS,
    maxWaiting,
  }: CloudWatchEventArchiveOptions) {
    this.#client = client;
    this.#logGroup = logGroup;
    this.#clock = clock;
    this.#settleMs = settleMs;
    this.#intervalMs = intervalMs;
    this.#maxWaiting = maxWaiting;
  }

  async newest(): Promise<number> {
    const complete = this.#lastComplete();
    const backwards = { startTime: this.#oldest(), startFromHead: false };
    for await (const page of this.#pages(backwards)) {
      let second = -1;
      for (const { ingested } of page) {
        const its = Math.floor(ingested / 1_000);
        if (its <= complete) second = Math.max(second, its);
      }
      if (second === -1) continue;
      let newest = 0;
      for await (const { position } of this.#between(second, complete)) newest = position;
      if (newest > 0) return newest;
    }
    return 0;
  }

  async *tail(after: number, signal: AbortSignal): AsyncIterable<ArchivedEvent> {
    let from = Math.max(secondOf(after), Math.floor(this.#oldest() / 1_000));
    try {
      while (!signal.aborted) {
        const complete = this.#lastComplete();
        if (complete >= from) {
          for await (const event of this.#between(from, complete, signal)) {
            if (signal.aborted) return;
            if (event.position > after) yield event;
          }
          from = complete + 1;
        }
        await sleep(this.#intervalMs, signal);
      }
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  /** The events that arrived from one second to another, both included, in the order of their positions. */
  async *#between(from: number, to: number, signal?: AbortSignal): AsyncIterable<ArchivedEvent> {
    for (let next = from; next <= to; ) {
      const order = new ArrivalOrder(next, to, this.#maxWaiting);
      const range = { startTime: next * 1_000 - LATE_MS, endTime: (to + 1) * 1_000 + AHEAD_MS };
      for await (const page of this.#pages(range, signal)) {
        for (const event of page) order.add(event);
        const last = page.at(-1);
        if (last === undefined) continue;
        yield* order.release(last.timestamp);
        if (last.timestamp > (order.to + 1) * 1_000 + AHEAD_MS) break;
      }
      yield* order.release(Number.POSITIVE_INFINITY);
      next = order.to + 1;
    }
  }

  async *#pages(
    range: Pick<FilterLogEventsCommandInput, 'startTime' | 'endTime' | 'startFromHead'>,
    signal?: AbortSignal,
  ): AsyncIterable<LoggedEvent[]> {
    let nextToken: string | undefined;
    do {
      const command = new FilterLogEventsCommand({ logGroupName: this.#logGroup, ...range, nextToken });
      const page = await calling({ action: 'logs:FilterLogEvents', resource: `the log group ${this.#logGroup}` }, () =>
        this.#send(command, signal),
      );
      const events: LoggedEvent[] = [];
      for (const { timestamp, ingestionTime: ingested, message } of page.events ?? []) {
        if (timestamp === undefined || ingested === undefined || message === undefined) continue;
        events.push({ timestamp, ingested, message });
      }
      yield events;
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
  }

  async #send(command: FilterLogEventsCommand, signal: AbortSignal | undefined) {
    try {
      return await this.#client.send(command, { ...(signal !== undefined && { abortSignal: signal }) });
    } catch (error) {
      if (!(error instanceof ResourceNotFoundException)) throw error;
      throw new EventArchiveOffError(`log group ${this.#logGroup}`, { cause: error });
    }
  }

  /** The last second whose events can all be read. */
  #lastComplete(): number {
    return Math.floor((this.#clock.now() - this.#settleMs) / 1_000) - 1;
  }

  #oldest(): number {
    return this.#clock.now() - HISTORY_MS;
  }
}
