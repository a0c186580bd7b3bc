import type { Clock } from '#shared/ports/clock.ts';

/** A jump ahead by up to this time is believed at once. */
const TOLERATED_MS = 60_000;
/** A larger jump ahead is believed after this time. */
const TRUSTED_AFTER_MS = 3_600_000;

export interface AgeClockOptions {
  /** The clock of the machine. Anybody may set it to any time. */
  readonly wall: Clock;
  /** Milliseconds of a clock that only goes forward, whatever happens to the wall clock. */
  readonly monotonic: () => number;
  /** The latest time in the store, in milliseconds since 1970. */
  readonly notBefore: number;
}

/**
 * The clock that tells the age of data. It follows the machine's clock backward at once, and a jump ahead only after an
 * hour. Otherwise a clock that is set to next year for a minute would delete all data. A start counts as a jump ahead
 * from the newest stored row. The owner must read it regularly, because it notices a jump only when it is read.
 */
export class AgeClock implements Clock {
  readonly #options: AgeClockOptions;
  /** The accepted difference between this clock and the monotonic clock, in milliseconds. */
  #believed: number;
  /** The smallest difference since the jump, and the time of the jump by the monotonic clock. */
  #jump: { least: number; readonly since: number } | undefined;

  constructor(options: AgeClockOptions) {
    this.#options = options;
    this.#believed = options.notBefore - options.monotonic();
  }

  now(): number {
    const { wall, monotonic } = this.#options;
    const elapsed = monotonic();
    this.#see(wall.now() - elapsed, elapsed);
    return Math.floor(this.#believed + elapsed);
  }

  #see(ahead: number, elapsed: number): void {
    if (ahead <= this.#believed + TOLERATED_MS) {
      this.#believed = ahead;
      this.#jump = undefined;
      return;
    }
    this.#jump ??= { least: ahead, since: elapsed };
    this.#jump.least = Math.min(this.#jump.least, ahead);
    if (elapsed - this.#jump.since < TRUSTED_AFTER_MS) return;
    this.#believed = this.#jump.least;
    this.#jump = undefined;
  }
}
