import type { LocalFunction } from '#hosts/functions/function.ts';
import { isStoreUnavailable } from '#shared/ports/errors.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { Source } from './source.ts';

/** Invokes a function at a fixed rate, and earlier on request. Two invocations never run at the same time. */
export class ScheduleSource implements Source {
  readonly #target: LocalFunction;
  readonly #milliseconds: number;
  readonly #log: Logger;
  readonly #after: () => void;
  #timer: NodeJS.Timeout | undefined;
  #soon: { readonly at: number; readonly timer: NodeJS.Timeout } | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  /** `after` is called after each invocation. It can ask for the next one with `invokeAt`. */
  constructor(target: LocalFunction, seconds: number, log: Logger, after: () => void = () => {}) {
    this.#target = target;
    this.#milliseconds = seconds * 1000;
    this.#log = log;
    this.#after = after;
  }

  start(): void {
    this.#timer = setInterval(() => this.#invoke(), this.#milliseconds);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#timer);
    clearTimeout(this.#soon?.timer);
    await this.#running;
  }

  /** Invokes the function at a time (milliseconds since 1970), unless an earlier time is already set. */
  invokeAt(at: number, now: number): void {
    if (this.#soon !== undefined && this.#soon.at <= at) return;
    clearTimeout(this.#soon?.timer);
    const timer = setTimeout(
      () => {
        this.#soon = undefined;
        this.#invoke();
      },
      Math.min(Math.max(0, at - now), 2_147_483_647),
    );
    this.#soon = { at, timer };
  }

  #invoke(): void {
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = this.#target
      .invoke({ source: 'aws.events', 'detail-type': 'Scheduled Event', detail: {} })
      .then(
        () => {},
        (error: unknown) => {
          if (isStoreUnavailable(error)) return;
          this.#log.error('a scheduled invocation failed', { function: this.#target.name, error });
        },
      )
      .finally(() => {
        this.#running = undefined;
        if (this.#stopped) return;
        this.#after();
        if (!this.#again) return;
        this.#again = false;
        this.#invoke();
      });
  }
}
