import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '#shared/ports/clock.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { Metrics } from '#shared/telemetry/metrics.ts';
import type { Database } from '../database.ts';
import { Ledger } from './ledger.ts';
import type { MessageRetention } from './messages.ts';
import { Pruners } from './pruners.ts';
import type { Pruned, Step, Work } from './step.ts';
import { StoreSize } from './store-size.ts';

export interface RetentionOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** By which the age of things is told. */
  readonly ageClock: Clock;
  readonly log: Logger;
  readonly metrics: Metrics;
  /** Milliseconds for which tasks (from their creation), events and quarantined events are kept. */
  readonly age: number;
  /** Bytes of live pages above which the oldest goes before its age. */
  readonly maxStore: number;
  /** Milliseconds for which a stream keeps its records. */
  readonly streamAge: (stream: string) => number;
  readonly messages: () => MessageRetention;
}

/** Milliseconds between two looks at the store's size, */
const LOOK_INTERVAL_MS = 1_000;
/** between two passes by age, and after one that failed or found little that may go, */
const PASS_INTERVAL_MS = 60_000;
/** and between two transactions, so that a long pass leaves at least half of the time to calls. */
const PAUSE_MS = 2;
/** The size that is aimed at once the bound is reached, as a share of it: not every look finds it reached again. */
const TARGET_SHARE = 0.9;
/** The share of the bound that a pass by size has to free, for the next look to come soon. */
const WORTHWHILE_SHARE = 0.05;
/** Milliseconds for which everything is kept, however large the store is: whoever waits for a task reads it after its end. */
const FRESH_MS = 2_000;

/**
 * Bounds the store by age and by size. What is too old goes in small transactions between those of calls; so does what
 * is oldest, before its age, while the store is above its size. Tasks that have not ended and messages of queues are kept
 * for as long as they are: the promises of docs/concepts/standalone.md hold whatever the size.
 *
 * It keeps no note of where it was, so it goes on after a restart.
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
    this.#work = {
      run: (what, from, step) => this.#run(what, from, step),
      read: async (query) => database.read(query),
    };
  }

  /** Looks now and then from now on. Never what keeps the process alive. */
  start(): void {
    this.#timer = setInterval(() => {
      this.#passing ??= this.look().finally(() => {
        this.#passing = undefined;
      });
    }, LOOK_INTERVAL_MS).unref();
  }

  /** Ends the pass that is under way after its current transaction. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    clearInterval(this.#timer);
    await this.#passing;
  }

  /** One look, and what it finds to be done. */
  async look(): Promise<void> {
    const now = this.#options.clock.now();
    try {
      if (now >= this.#nextPass) {
        this.#nextPass = now + PASS_INTERVAL_MS;
        const today = this.#options.ageClock.now();
        await this.#prune(today, today - this.#options.age, Number.NEGATIVE_INFINITY);
        await this.#all.pruneExpired(this.#work, today, this.#options.messages(), (queue) => this.#ledger.lost(queue));
        this.#ledger.tell();
      }
      if (now >= this.#nextLook) await this.#shrink();
    } catch (error) {
      this.#nextLook = now + PASS_INTERVAL_MS;
      if (!this.#stopping.signal.aborted) this.#ledger.failed(error);
    }
  }

  /** While the store is too large, what is oldest goes. */
  async #shrink(): Promise<void> {
    const { clock, ageClock, maxStore, age } = this.#options;
    const before = await this.#live();
    if (before <= maxStore) return;
    let live = before;
    while (live > maxStore * TARGET_SHARE) {
      const youngest = clock.now() - FRESH_MS;
      const oldest = await this.#work.read(() => this.#all.timeOfShare(1 - (maxStore * TARGET_SHARE) / live));
      const until = Math.min(youngest, oldest + 1);
      this.#ledger.keptSince(until);
      await this.#prune(clock.now(), Math.max(until, ageClock.now() - age), until);
      if (this.#stopping.signal.aborted) return;
      live = await this.#live();
      if (until === youngest) break;
    }
    if (live <= maxStore) return;
    const now = clock.now();
    if (before - live < maxStore * WORTHWHILE_SHARE) this.#nextLook = now + PASS_INTERVAL_MS;
    this.#ledger.full(now, () => ({ bytes: live, maxStore, ...this.#all.kept() }));
  }

  #live(): Promise<number> {
    return this.#work.read(() => this.size.live());
  }

  /** Times in milliseconds since 1970: before `before` all goes, before `recordsBefore` records of streams too. */
  async #prune(now: number, before: number, recordsBefore: number): Promise<void> {
    const { ageClock, streamAge } = this.#options;
    const today = ageClock.now();
    const keptFrom = (stream: string) => Math.max(today - streamAge(stream), recordsBefore);
    await this.#all.prune(this.#work, {
      now,
      before,
      endedBefore: now - FRESH_MS,
      recordsFrom: keptFrom,
      unread: (lost) => this.#ledger.unread(lost),
    });
  }

  /** Made when first needed, as a start is not to wait for their statements. */
  get #all(): Pruners {
    this.#pruners ??= new Pruners(this.#options.database);
    return this.#pruners;
  }

  async #run<Cursor>(what: Pruned, from: Cursor, step: (at: Cursor) => Step<Cursor>): Promise<boolean> {
    const { signal } = this.#stopping;
    let next: Cursor | undefined = from;
    while (next !== undefined) {
      if (signal.aborted) return false;
      const at: Cursor = next;
      // Acknowledged like any other, which bounds the write-ahead log: it is checkpointed by what is synced.
      const done = await this.#options.database.write(() => step(at));
      this.#ledger.count(what, done.pruned);
      next = done.next;
      if (next !== undefined) await sleep(PAUSE_MS, undefined, { ref: false });
    }
    return true;
  }
}
