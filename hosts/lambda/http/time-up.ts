/** Milliseconds before the end: enough to answer with the task as it stands, and to end a stream. */
const MARGIN = 2_000;

export interface TimeUp {
  readonly signal: AbortSignal;
  /** At the end of the invocation: a timer that the frozen process kept would fire in another one. */
  stop(): void;
}

/**
 * Aborts shortly before the host ends a call that has so many milliseconds left. Lambda tells nothing of a client that has gone, so besides a task's end this is
 * what ends a stream; the client takes it up again with `Last-Event-ID`.
 */
export function timeUpAfter(left: number): TimeUp {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), Math.max(0, left - MARGIN));
  return { signal: controller.signal, stop: () => clearTimeout(timer) };
}
