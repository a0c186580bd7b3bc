import type { Source } from '#hosts/sources/source.ts';
import type { Leases } from '#shared/ports/leases.ts';
import { sleep } from '#shared/sleep.ts';
import type { Logger } from '#shared/telemetry/logger.ts';

export interface LeasedSourceOptions {
  readonly leases: Leases;
  /** What only one may do at a time. */
  readonly name: string;
  /** This process, among all that want to do it. */
  readonly owner: string;
  readonly log: Logger;
  /** Milliseconds. */
  readonly duration: number;
  /** The source to run while the lease is held: another each time. */
  readonly open: () => Source;
}

/** Of three renewals one may be lost, and the source still ends before another process begins. */
const RENEWALS = 3;

/**
 * A source of which one runs among all workers: the others stand by, and one of them takes over when its worker stops,
 * dies or loses its way to the lease.
 */
export class LeasedSource implements Source {
  readonly #options: LeasedSourceOptions;
  readonly #stopping = new AbortController();
  /** Milliseconds between two renewals. */
  readonly #pause: number;
  /** Until when the lease is this worker's, by `performance.now()`. */
  #until = 0;
  #loop: Promise<void> | undefined;

  constructor(options: LeasedSourceOptions) {
    this.#options = options;
    this.#pause = options.duration / RENEWALS;
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

  /** What runs may go on for long. The lease is kept until it has ended, so that no other begins beside it. */
  async #drain(running: Source): Promise<void> {
    const { leases, name, owner, log } = this.#options;
    const ended = new AbortController();
    const stopped = running.stop().finally(() => ended.abort());
    for (await sleep(this.#pause, ended.signal); !ended.signal.aborted; await sleep(this.#pause, ended.signal)) {
      await this.#renew();
    }
    await stopped;
    await leases.release(name, owner).catch((error: unknown) => {
      log.warn('a lease could not be released, and is free when its time is over', { lease: name, error });
    });
  }

  /** Whether the lease is this worker's for long enough. Whoever cannot renew ends a pause before the others may begin. */
  async #renew(): Promise<boolean> {
    const { name, log, duration } = this.#options;
    const asked = performance.now();
    try {
      this.#until = (await this.#take()) ? asked + duration : 0;
    } catch (error) {
      log.warn('a lease could not be renewed', { lease: name, error });
    }
    return performance.now() < this.#until - this.#pause;
  }

  /** An answer that is long in coming may come when another has the lease. */
  async #take(): Promise<boolean> {
    const { leases, name, owner, duration } = this.#options;
    const answered = new AbortController();
    const late = sleep(this.#pause, answered.signal).then(() => {
      throw new Error('no answer in time');
    });
    try {
      return await Promise.race([leases.take(name, owner, duration), late]);
    } finally {
      answered.abort();
    }
  }
}
