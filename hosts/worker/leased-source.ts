import type { Source } from '#hosts/sources/source.ts';
import type { Leases } from '#shared/ports/leases.ts';
import { sleep } from '#shared/sleep.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { withinTime } from '#shared/within-time.ts';

export interface LeasedSourceOptions {
  readonly leases: Leases;
  /** The name of the lease. One process holds it at a time. */
  readonly name: string;
  /** The id of this process among the processes that want the lease. */
  readonly owner: string;
  readonly log: Logger;
  readonly durationMs: number;
  /** Creates the source that runs while the lease is held. A source runs once. */
  readonly open: () => Source;
}

/** Renewals per lease. One of three may fail, and the source still ends before another process begins. */
const RENEWALS = 3;

/**
 * A source that runs in one worker at a time. The other workers stand by. One of them takes over when the worker stops, dies
 * or cannot reach the lease.
 */
export class LeasedSource implements Source {
  readonly #options: LeasedSourceOptions;
  readonly #stopping = new AbortController();
  /** Milliseconds between two renewals. */
  readonly #pause: number;
  /** The end of this worker's lease, on the scale of `performance.now()`. */
  #until = 0;
  #loop: Promise<void> | undefined;

  constructor(options: LeasedSourceOptions) {
    this.#options = options;
    this.#pause = options.durationMs / RENEWALS;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { name, log, open } = this.#options;
    const { signal } = this.#stopping;
    let running: Source | undefined;
    while (!signal.aborted) {
      const mine = await this.#renew();
      if (mine && running === undefined) {
        log.info('took the lease', { lease: name });
        running = open();
        running.start();
      } else if (!mine && running !== undefined) {
        log.warn('lost the lease', { lease: name });
        await running.stop();
        running = undefined;
      }
      await sleep(this.#pause, signal);
    }
    if (running !== undefined) await this.#drain(running);
  }

  /** Keeps the lease until the running source has ended, which may take long. No other worker may begin before. */
  async #drain(running: Source): Promise<void> {
    const { leases, name, owner, log } = this.#options;
    const ended = new AbortController();
    const stopped = running.stop().finally(() => ended.abort());
    for (await sleep(this.#pause, ended.signal); !ended.signal.aborted; await sleep(this.#pause, ended.signal)) {
      await this.#renew();
    }
    await stopped;
    await leases.release(name, owner).catch((error: unknown) => {
      log.warn('a lease could not be released and is free when it expires', { lease: name, error });
    });
  }

  /** Whether the lease lasts long enough. A worker that cannot renew ends one pause before another worker may begin. */
  async #renew(): Promise<boolean> {
    const { name, log, durationMs } = this.#options;
    const asked = performance.now();
    try {
      this.#until = (await this.#take()) ? asked + durationMs : 0;
    } catch (error) {
      log.warn('a lease could not be renewed', { lease: name, error });
    }
    return performance.now() < this.#until - this.#pause;
  }

  /** Rejects a late answer: another worker may have the lease by then. */
  #take(): Promise<boolean> {
    const { leases, name, owner, durationMs } = this.#options;
    return withinTime(
      this.#pause,
      () => leases.take(name, owner, durationMs),
      () => new Error('no answer in time'),
    );
  }
}
