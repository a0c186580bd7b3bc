import type { Clock } from '#shared/ports/clock.ts';
import type { Logger } from '#shared/telemetry/logger.ts';

/** The clock's speed, relative to real time, while the wall clock is behind it. It is below 1 so that the two meet again. */
const RATE = 0.9;
/** A smaller step back of the wall clock is not logged. */
const NOTABLE_MS = 1_000;
/** The time between two comparisons of the wall clock with the monotonic clock. */
const MARK_AGAIN_MS = 1_000;

export interface SteadyClockOptions {
  readonly wall: Clock;
  /** Milliseconds that always go forward, also when the wall clock is set back. */
  readonly monotonic: () => number;
  /** The earliest first time, in milliseconds since 1970. */
  readonly notBefore: number;
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

/**
 * A clock that follows the wall clock forward and never steps back. Hidden messages, deadlines and retention are times in the
 * store. If the clock went back by an hour, all of them would be an hour late. This clock instead goes on a little slower
 * than real time until the wall clock has caught up.
 */
export class SteadyClock implements Clock {
  readonly #options: SteadyClockOptions;
  /** The last time that `now` returned. */
  #last: number;
  /** A time of this clock, and the monotonic time at that moment. */
  #mark: number;
  #markedAt: number;
  /** The wall clock's lag at the last log line, in milliseconds; 0 while there is nothing to log. */
  #told = 0;

  constructor(options: SteadyClockOptions) {
    this.#options = options;
    this.#last = options.notBefore;
    this.#mark = options.notBefore;
    this.#markedAt = options.monotonic();
  }

  now(): number {
    const wall = this.#options.wall.now();
    // A call asks for the time about twenty times. While all is well, the monotonic clock is read only once a second.
    if (wall >= this.#last && wall - this.#mark < MARK_AGAIN_MS && this.#told === 0) {
      this.#last = wall;
      return wall;
    }
    return this.#compare(wall);
  }

  #compare(wall: number): number {
    const monotonic = this.#options.monotonic();
    const kept = Math.max(this.#last, this.#mark + (monotonic - this.#markedAt) * RATE);
    this.#mark = Math.max(wall, kept);
    this.#markedAt = monotonic;
    this.#last = Math.floor(this.#mark);
    if (kept - wall >= this.#told + NOTABLE_MS) this.#tell(kept - wall);
    else if (wall >= kept && this.#told > 0) this.#tellEnd();
    return this.#last;
  }

  #tell(behind: number): void {
    this.#told = behind;
    this.#options.log.warn(
      'the clock of the machine was set back: the mesh goes on by its own until that is there again',
      {
        seconds: Math.round(behind / 1000),
      },
    );
  }

  #tellEnd(): void {
    this.#told = 0;
    this.#options.log.info('the clock of the machine has caught up: the mesh follows it again');
  }
}
