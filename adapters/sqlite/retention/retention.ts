import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#shared/ports/clock.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { Counters } from '#shared/telemetry/metrics.ts';
import type { Database } from '../database.ts';
import { Ledger } from './ledger.ts';
import type { KnowsMessage } from './message-ids.ts';
import type { MessageRetention } from './messages.ts';
import { Pruners } from './pruners.ts';
import { FRESH_MS, type Pruned, type Step, type Work } from './step.ts';
import { StoreSize } from './store-size.ts';

export interface RetentionOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** The clock that tells the age of data. */
  readonly ageClock: Clock;
  readonly log: Logger;
  readonly metrics: Counters;
  /** Milliseconds for which tasks (from their creation), events and quarantined events are kept. */
  readonly age: number;
  /** Bytes of live pages. Above this size the oldest data is deleted before its age. */
  readonly maxStore: number;
  /** Milliseconds for which a stream keeps its records. */
  readonly streamAge: (stream: string) => number;
  readonly messages: () => MessageRetention;
  readonly knows: KnowsMessage;
}

/** The time between two checks of the store's size. */
const LOOK_INTERVAL_MS = 1_000;
/** The time between two passes by age, and after a pass that failed or could delete little. */
const PASS_INTERVAL_MS = 60_000;
/** The pause between two transactions, so that a long pass leaves at least half of the time to calls. */
const PAUSE_MS = 2;
/** A pass by size shrinks the store to this share of the bound, so that the next check does not find it full again. */
const TARGET_SHARE = 0.9;
/** If a pass by size frees at least this share of the bound, the next check comes soon. */
const WORTHWHILE_SHARE = 0.05;
/** A round that frees less than this share of the bound is the last one. */
const LEAST_SHARE = 0.005;

/**
 * Bounds the store by age and by size. It deletes old data in small transactions between those of calls. While the
 * store is too large, it also deletes the oldest data before its age. At any size it keeps open tasks and the messages
 * of queues, as docs/concepts/standalone.md promises. It stores no state of its own, so it continues after a restart.
 */
export class Retention {
  readonly size: StoreSize;
  readonly #options: RetentionOptions;
  readonly #ledger: Ledger;
  readonly #stopping = new AbortController();
  readonly #work: Work;
  #pruners: Pruners | undefined;
  #timer: NodeJS.Timeout | undefined;
  #passing: Promise<void> | undefined;
  #nextPass = 0;
  #nextLook = 0;

  constructor(options: RetentionOptions) {
    const { database, log, metrics } = options;
    this.#options = options;
    this.size = new StoreSize(database);
    this.#ledger = new Ledger(log, metrics);
    const { signal } = this.#stopping;
    this.#work = {
      run: (what, from, step) => this.#run(what, from, step),
      read: async (query) => database.read(query),
      pause: () => sleep(PAUSE_MS, undefined, { ref: false }),
      get isStopped() {
        return signal.aborted;
      },
    };
  }

  /** Starts the checks. They do not keep the process alive. */
  start(): void {
    this.#timer = setInterval(() => {
      this.#passing ??= this.look().finally(() => {
        this.#passing = undefined;
      });
    }, LOOK_INTERVAL_MS).unref();
  }

  /** Ends the running pass after its current transaction. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#timer);
    await this.#passing;
  }

  /** Checks once, and deletes the data that is too old or too much. */
  async look(): Promise<void> {
    const now = this.#options.clock.now();
    try {
      if (now >= this.#nextPass) {
        this.#nextPass = now + PASS_INTERVAL_MS;
        const today = this.#options.ageClock.now();
        await this.#prune(today);
        await this.#all.pruneExpired(this.#work, today, this.#options.messages(), (queue) => this.#ledger.lost(queue));
        this.#ledger.tell();
      }
      if (now >= this.#nextLook) await this.#shrink();
    } catch (error) {
      this.#nextLook = now + PASS_INTERVAL_MS;
      if (!this.#stopping.signal.aborted) this.#ledger.failed(error);
    }
  }

  /** Deletes the oldest data of the largest holders while the store is too large. */
  async #shrink(): Promise<void> {
    const { clock, maxStore } = this.#options;
    const before = await this.#live();
    if (before <= maxStore) return;
    let live = before;
    for (let freed = Number.POSITIVE_INFINITY; freed >= maxStore * LEAST_SHARE && live > maxStore * TARGET_SHARE; ) {
      const youngest = await this.#all.pruneLargest(this.#work, {
        now: () => clock.now(),
        before: clock.now() - FRESH_MS,
        excess: live - maxStore * TARGET_SHARE,
        unread: (lost) => this.#ledger.unread(lost),
      });
      if (this.#stopping.signal.aborted) return;
      if (youngest !== undefined) this.#ledger.deletedEarly(youngest);
      freed = live - (await this.#live());
      live -= freed;
    }
    if (live <= maxStore) return;
    const now = clock.now();
    if (before - live < maxStore * WORTHWHILE_SHARE) this.#nextLook = now + PASS_INTERVAL_MS;
    this.#ledger.full(now, () => ({ bytes: live, maxStore, ...this.#all.kept() }));
  }

  #live(): Promise<number> {
    return this.#work.read(() => this.size.live());
  }

  /** Deletes the data that is too old. `today` is the time of the clock that tells the age of data. */
  async #prune(today: number): Promise<void> {
    const { clock, age, streamAge } = this.#options;
    await this.#all.prune(this.#work, {
      now: () => clock.now(),
      today,
      before: today - age,
      recordsFrom: (stream) => today - streamAge(stream),
      unread: (lost) => this.#ledger.unread(lost),
    });
  }

  /** Created on first use, so that a start does not wait for their statements. */
  get #all(): Pruners {
    this.#pruners ??= new Pruners(this.#options.database, this.#options.knows);
    return this.#pruners;
  }

  async #run<Cursor>(what: Pruned, from: Cursor, step: (at: Cursor) => Step<Cursor>): Promise<boolean> {
    const { signal } = this.#stopping;
    let next: Cursor | undefined = from;
    while (next !== undefined) {
      if (signal.aborted) return false;
      const at: Cursor = next;
      // It waits for the sync like any other write. Only synced writes cause checkpoints, and these bound the
      // write-ahead log.
      const done = await this.#options.database.write(() => step(at));
      this.#ledger.count(what, done.pruned);
      this.#ledger.count('events', done.events ?? 0);
      next = done.next;
      if (next !== undefined) await sleep(PAUSE_MS, undefined, { ref: false });
    }
    return true;
  }
}
