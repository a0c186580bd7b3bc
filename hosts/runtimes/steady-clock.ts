import type { Clock } from '#shared/ports/clock.ts';
import type { Logger } from '#shared/telemetry/logger.ts';

/** Of the real time, how fast the clock goes while the wall clock is behind it: so the two meet again. */
const RATE = 0.9;
/** Milliseconds that the wall clock is behind before that is worth a line. */
const NOTABLE = 1_000;
/** Milliseconds that the wall clock is followed before it is compared with the monotonic one. */
const MARK_AGAIN = 1_000;

export interface SteadyClockOptions {
  readonly wall: Clock;
  /** Milliseconds that go forward whatever becomes of the wall clock. */
  readonly monotonic: () => number;
  /** Where it begins at the earliest: milliseconds since 1970. */
  readonly notBefore: number;
  readonly log: Pick<Logger, 'warn' | 'info'>;
}

/**
 * A clock that follows the wall clock forward and never steps back. Hidden messages, deadlines and retention are times
 * in the store: were the clock set back by an hour, all of them would come an hour late. So it goes on from where it was,
 * a little slower than the real time, until the wall clock has caught up.
 */
export class SteadyClock implements Clock {
  readonly #options: SteadyClockOptions;
  /** What was told last. */
  #last: number;
  /** A time that was told, and when that was by the monotonic clock. */
  #mark: number;
  #markedAt: number;
  /** How far behind the wall clock was when that was logged; 0 while there is nothing to log. */
  #told = 0;

  constructor(options: SteadyClockOptions) {
    this.#options = options;
    this.#last = options.notBefore;
    this.#mark = options.notBefore;
    this.#markedAt = options.monotonic();
  }

  now(): number {
    const wall = this.#options.wall.now();
    // A call asks for the time some twenty times: the other clock is read only now and then while all is well.
    if (wall >= this.#last && wall - this.#mark < MARK_AGAIN && this.#told === 0) {
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
    if (kept - wall >= this.#told + NOTABLE) this.#tell(kept - wall);
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
