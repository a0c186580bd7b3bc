import { randomUUID } from 'node:crypto';
import type { ScheduledEvent } from 'aws-lambda';
import type { LocalFunction } from '#hosts/functions/function.ts';
import { isoTime } from '#shared/iso-time.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { isStoreUnavailable } from '#shared/ports/errors.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { Source } from './source.ts';

export interface ScheduleSourceOptions {
  readonly target: LocalFunction;
  /** Seconds between two invocations. */
  readonly rate: number;
  /** The rule that EventBridge would invoke the function by. */
  readonly ruleArn: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called after each invocation. It can ask for the next one with `invokeAt`. */
  readonly after?: () => void;
}

/** Invokes a function at a fixed rate, and earlier on request. Two invocations never run at the same time. */
export class ScheduleSource implements Source {
  readonly #options: ScheduleSourceOptions;
  #timer: NodeJS.Timeout | undefined;
  #soon: { readonly at: number; readonly timer: NodeJS.Timeout } | undefined;
  #running: Promise<void> | undefined;
  #again = false;
  #stopped = false;

  constructor(options: ScheduleSourceOptions) {
    this.#options = options;
  }

  start(): void {
    this.#timer = setInterval(() => this.#invoke(), this.#options.rate * 1000);
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
    const { target, log, after } = this.#options;
    this.#running = target
      .invoke(this.#event())
      .then(
        () => {},
        (error: unknown) => {
          if (isStoreUnavailable(error)) return;
          log.error('a scheduled invocation failed', { function: target.name, error });
        },
      )
      .finally(() => {
        this.#running = undefined;
        if (this.#stopped) return;
        after?.();
        if (!this.#again) return;
        this.#again = false;
        this.#invoke();
      });
  }

  /** https://docs.aws.amazon.com/eventbridge/latest/ref/events-ref-scheduled-event.html */
  #event(): ScheduledEvent {
    const { clock, ruleArn } = this.#options;
    const [, , , region = '', account = ''] = ruleArn.split(':');
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      account,
      // Whole seconds, as EventBridge writes them.
      time: `${isoTime(clock.now()).slice(0, 19)}Z`,
      region,
      resources: [ruleArn],
      detail: {},
    };
  }
}
