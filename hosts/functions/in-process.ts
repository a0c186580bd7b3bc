import { readable } from '#shared/errors.ts';
import { withinTime } from '#shared/within-time.ts';
import { type ContextOptions, lambdaContext } from './context.ts';
import { FunctionTimeoutError } from './errors.ts';
import { type LambdaHandler, type Loadable, type LocalFunction, loadHandler } from './function.ts';

export interface InProcessOptions extends Loadable, ContextOptions {
  /** Wraps the handler, as Lambda's start file does. */
  readonly wrap?: (handler: LambdaHandler) => LambdaHandler;
}

/** A function on the main thread. An invocation is as fast as a call, but the timeout works only if the handler yields. */
export class InProcessFunction implements LocalFunction {
  readonly name: string;
  readonly #wired: InProcessOptions;
  #handler: Promise<LambdaHandler> | undefined;

  constructor(wired: InProcessOptions) {
    this.name = wired.name;
    this.#wired = wired;
  }

  /** Imports the module at the first call. After a failure the next call tries again. */
  load(): Promise<LambdaHandler> {
    const { wrap = (handler) => handler } = this.#wired;
    this.#handler ??= loadHandler(this.#wired)
      .then(wrap)
      .catch((error: unknown) => {
        this.#handler = undefined;
        throw error;
      });
    return this.#handler;
  }

  async invoke(event: unknown): Promise<unknown> {
    const { timeout } = this.#wired;
    const handler = await this.load();
    try {
      return await withinTime(
        timeout * 1000,
        () => handler(event, lambdaContext(this.#wired)),
        () => new FunctionTimeoutError(this.name, timeout),
      );
    } catch (error) {
      throw readable(error);
    }
  }

  async stop(): Promise<void> {}
}
