/**
 * Ends one attempt when the task is canceled, at its deadline, when the function's time is up, or by a stray error, even if
 * the handler ignores its signal.
 */
export class AttemptClock {
  readonly #controller = new AbortController();
  readonly #over: Promise<never>;
  #break: (reason: unknown) => void = () => {};
  readonly #timer: NodeJS.Timeout;
  readonly #deadline: number;

  /** Times in milliseconds from now. */
  constructor(untilDeadline: number, untilTimeout: number) {
    this.#deadline = performance.now() + untilDeadline;
    this.#over = new Promise((_, reject) => {
      this.#break = reject;
    });
    // Without a listener the rejection would be unhandled when the handler is faster.
    this.#over.catch(() => {});
    this.#timer =
      untilDeadline <= untilTimeout
        ? setTimeout(() => this.#abort(new DeadlineError()), untilDeadline)
        : setTimeout(() => this.#abort(new TimeoutError(untilTimeout)), untilTimeout);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The sweeper also asks the agent to stop. After the deadline, the reason is the deadline and not the client. */
  cancel(): void {
    this.#abort(performance.now() >= this.#deadline ? new DeadlineError() : new CanceledError());
  }

  /** Ends the attempt by an error that was thrown where no code catches it, such as in a timer. */
  fail(error: unknown): void {
    this.#abort(error);
  }

  /** The work's result, or the reason of the abort if that comes first. */
  race<T>(work: Promise<T>): Promise<T> {
    return Promise.race([work, this.#over]);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #abort(reason: unknown): void {
    this.#break(reason);
    this.#controller.abort(reason);
  }
}

/** The task's deadline passed. The sweeper ends the task. Another attempt is useless. */
export class DeadlineError extends Error {
  constructor() {
    super("the task's deadline has passed");
    this.name = 'DeadlineError';
  }
}

/** The function's time is up, but the deadline has not passed. The next attempt may be faster. */
export class TimeoutError extends Error {
  constructor(milliseconds: number) {
    super(`the agent did not end within ${(milliseconds / 1000).toFixed(1)} s`);
    this.name = 'TimeoutError';
  }
}

export class CanceledError extends Error {
  constructor() {
    super('the task was canceled');
    this.name = 'CanceledError';
  }
}
