import { sleep } from '../../shared/hosting/sleep.ts';
import type { Source } from '../../shared/hosting/source.ts';
import type { Leases } from '../../shared/ports/leases.ts';
import type { Logger } from '../../shared/telemetry/logger.ts';

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
  #loop: Promise<void> | undefined;

  constructor(options: LeasedSourceOptions) {
    this.#options = options;
  }

  start(): void {
    this.#loop = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #run(): Promise<void> {
    const { leases, name, owner, log, duration, open } = this.#options;
    const { signal } = this.#stopping;
    const pause = duration / RENEWALS;
    let running: Source | undefined;
    let until = 0;
    while (!signal.aborted) {
      const asked = performance.now();
      try {
        until = (await leases.take(name, owner, duration)) ? asked + duration : 0;
      } catch (error) {
        log.warn('a lease could not be renewed', { lease: name, error });
      }
      // Whoever cannot renew ends a pause before the others may begin.
      const mine = performance.now() < until - pause;
      if (mine && running === undefined) {
        log.info('took the lease', { lease: name });
        running = open();
        running.start();
      } else if (!mine && running !== undefined) {
        log.warn('lost the lease', { lease: name });
        await running.stop();
        running = undefined;
      }
      await sleep(pause, signal);
    }
    if (running === undefined) return;
    await running.stop();
    await leases.release(name, owner).catch((error: unknown) => {
      log.warn('a lease could not be released, and is free when its time is over', { lease: name, error });
    });
  }
}
