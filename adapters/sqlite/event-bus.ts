import type { StatementSync } from 'node:sqlite';
import { messageOf } from '#shared/errors.ts';
import { uuidv7 } from '#shared/ids.ts';
import { isoTime } from '#shared/iso-time.ts';
import { isObject } from '#shared/objects.ts';
import { compilePattern, PatternIndex } from '#shared/patterns/index.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { HostedRules, Rule } from '#shared/ports/control-plane.ts';
import { EntryRefusedError } from '#shared/ports/errors.ts';
import type { ArchivedEvent, BusEntry, BusEvent, EventArchive, EventBus, PutResult } from '#shared/ports/event-bus.ts';
import type { Database } from './database.ts';
import { readPage } from './page.ts';
import type { SqliteQueue } from './queue.ts';
import { type Route, routeOf } from './route.ts';
import { isStoreFailure } from './store-errors.ts';
import { Waiters } from './waiters.ts';

export interface BusIdentity {
  /** Twelve digits. */
  readonly account: string;
  readonly region: string;
}

/**
 * A consumer that folds events into this store inside the publisher's transaction, without a queue. `apply` is called
 * for each event of a transaction, then `finish` once.
 */
export interface InlineConsumer {
  /** `queue`: the event also goes to the consumer's queue, because there is more to do than fits into the transaction. */
  apply(event: BusEvent, position: number): 'done' | 'queue';
  finish(): void;
  /** Called instead of `finish` when the transaction fails. */
  abandon(): void;
}

/** The most events that `tail` reads at once. A page also ends at `MAX_PAGE_BYTES`. */
const TAIL_PAGE = 500;

/** The bus on SQLite: an event, its archive row and its queue rows are one transaction. */
export class SqliteEventBus implements EventBus, EventArchive, HostedRules {
  readonly #database: Database;
  readonly #queue: SqliteQueue;
  readonly #clock: Clock;
  readonly #identity: BusIdentity;
  readonly #onUndelivered: (rule: Rule, event: BusEvent) => void;
  readonly #routes = new Map<string, Route>();
  readonly #index = new PatternIndex<Route>();
  readonly #readers = new Waiters();
  readonly #archive: StatementSync;
  readonly #page: StatementSync;
  readonly #newest: StatementSync;
  #inline: InlineConsumer | undefined;
  #inlineQueue: string | undefined;

  /**
   * @param onUndelivered is told of each event whose message group cannot be told, once it is in that rule's other
   * queue
   */
  constructor(
    database: Database,
    queue: SqliteQueue,
    clock: Clock,
    identity: BusIdentity,
    onUndelivered: (rule: Rule, event: BusEvent) => void = () => {},
  ) {
    this.#database = database;
    this.#queue = queue;
    this.#clock = clock;
    this.#identity = identity;
    this.#onUndelivered = onUndelivered;
    this.#archive = database.prepare('INSERT INTO events (source, detail_type, time, event) VALUES (?, ?, ?, ?)');
    this.#page = database.prepare('SELECT position, event FROM events WHERE position > ? ORDER BY position LIMIT ?');
    this.#newest = database.prepare('SELECT max(position) AS position FROM events');
  }

  /** Gives the events for this queue to the consumer instead. An event whose fold throws goes to the queue. */
  inline(queue: string, consumer: InlineConsumer): void {
    this.#inlineQueue = queue;
    this.#inline = consumer;
  }

  put(entries: readonly BusEntry[]): Promise<readonly PutResult[]> {
    return this.#database.write(() => {
      try {
        const results = entries.map((entry) => this.#putOrRefuse(entry));
        this.#inline?.finish();
        return results;
      } catch (error) {
        this.#inline?.abandon();
        throw error;
      }
    });
  }

  /**
   * Puts an event in the running transaction, for a store that changes and publishes in one step.
   *
   * @throws EntryRefusedError before it writes anything
   */
  putWithin(entry: BusEntry): { readonly id: string; readonly position: number } {
    const event = this.#envelope(entry);
    checkEntry(entry);
    const text = serialize(event, entry.detailText);
    const inserted = this.#archive.run(event.source, event['detail-type'], entry.time ?? this.#clock.now(), text);
    const position = Number(inserted.lastInsertRowid);
    // As on AWS, a queue gets the event once for each matching rule.
    for (const route of this.#index.match(event)) this.#deliver(route, event, text, position);
    this.#database.afterDurable(this.#readers.wake);
    return { id: event.id, position };
  }

  async putRule(rule: Rule): Promise<void> {
    const pattern = compilePattern(rule.pattern);
    const route = routeOf(rule);
    await this.deleteRule(rule.name);
    this.#routes.set(rule.name, route);
    this.#index.add(pattern, route);
  }

  async deleteRule(name: string): Promise<void> {
    const route = this.#routes.get(name);
    if (route === undefined) return;
    this.#routes.delete(name);
    this.#index.remove(route);
  }

  /** All rules, the oldest first. */
  rules(): readonly Rule[] {
    return Array.from(this.#routes.values(), ({ rule }) => rule);
  }

  async newest(): Promise<number> {
    const row = await this.#database.read(() => this.#newest.get());
    return Number(row?.position ?? 0);
  }

  async *tail(after: number, signal: AbortSignal): AsyncIterable<ArchivedEvent> {
    let position = after;
    while (!signal.aborted) {
      const mark = this.#readers.mark;
      const { rows, isCut } = await this.#database.read(() =>
        readPage<ArchivedEvent>(this.#page.iterate(position, TAIL_PAGE), ({ event }) => Buffer.byteLength(event)),
      );
      for (const row of rows) {
        if (signal.aborted) return;
        position = row.position;
        yield row;
      }
      if (!isCut && rows.length < TAIL_PAGE) await this.#readers.wait(mark, Number.POSITIVE_INFINITY, signal);
    }
  }

  #putOrRefuse(entry: BusEntry): PutResult {
    try {
      return { eventId: this.putWithin(entry).id };
    } catch (error) {
      if (error instanceof EntryRefusedError) return { error };
      throw error;
    }
  }

  #deliver({ queue, rule, group, tenant: readTenant }: Route, event: BusEvent, text: string, position: number): void {
    const inline = this.#inline;
    if (inline !== undefined && this.#inlineQueue === queue) {
      try {
        if (this.#database.attempt(() => inline.apply(event, position)) === 'done') return;
      } catch (error) {
        if (isStoreFailure(error)) throw error;
        // The queue's consumer meets the same error, retries, reports it and dead-letters the event.
      }
    }
    const message = { body: text, event: position };
    if (group === undefined) {
      const tenant = readTenant?.(event);
      this.#queue.sendWithin(queue, tenant === undefined ? message : { ...message, tenant });
      return;
    }
    const { groupId, undelivered } = group(event);
    if (groupId !== undefined) {
      this.#queue.sendWithin(queue, { ...message, groupId, deduplicationId: event.id });
      return;
    }
    this.#queue.sendWithin(undelivered, message);
    this.#database.afterDurable(() => this.#onUndelivered(rule, event));
  }

  #envelope(entry: BusEntry): BusEvent {
    const now = this.#clock.now();
    return {
      version: '0',
      id: uuidv7(now),
      'detail-type': entry.detailType,
      source: entry.source,
      account: this.#identity.account,
      time: `${isoTime(entry.time ?? now).slice(0, 19)}Z`,
      region: this.#identity.region,
      resources: entry.resources ?? [],
      detail: entry.detail,
    };
  }
}

/** Writes the text once. It is the archive's row and the body of each queue message. */
function serialize(event: BusEvent, detailText: string | undefined): string {
  if (detailText === undefined) {
    try {
      return JSON.stringify(event);
    } catch (error) {
      throw new EntryRefusedError(`its detail cannot be written as JSON (${messageOf(error)})`, { cause: error });
    }
  }
  const { detail: _, ...envelope } = event;
  return `${JSON.stringify(envelope).slice(0, -1)},"detail":${detailText}}`;
}

/**
 * Checks the limits of an entry of EventBridge,
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
 */
function checkEntry({ source, detailType, detail }: BusEntry): void {
  if (source === '') throw new EntryRefusedError('its source is empty');
  if (detailType === '') throw new EntryRefusedError('its detail-type is empty');
  if (!isObject(detail)) {
    throw new EntryRefusedError('its detail is not a JSON object');
  }
}
