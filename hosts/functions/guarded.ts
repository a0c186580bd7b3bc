import type { SQSBatchResponse, SQSRecord } from 'aws-lambda';
import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { isFifoBatch } from '#shared/events/fifo-batch.ts';
import type { WiredFunction } from '#wiring/types.ts';
import { FunctionExitError, FunctionMemoryError, FunctionTimeoutError } from './errors.ts';
import type { LocalFunction } from './function.ts';
import { InProcessFunction } from './in-process.ts';
import { IsolatedFunction, isCancel } from './isolated.ts';
import type { Isolation } from './isolation.ts';
import { recordsOf } from './records.ts';

/** Threads for messages that serverless.yml does not isolate. Many at once would take the machine's memory. */
const MAX_THREADS = 4;

/**
 * A function that runs in process. Messages that may have held up or ended the process, and all messages of a function that
 * did, run in threads of their own.
 */
export class GuardedFunction implements LocalFunction {
  readonly name: string;
  readonly #runtime: StandaloneRuntime;
  readonly #isolation: Isolation;
  readonly #inProcess: InProcessFunction;
  readonly #isolated: IsolatedFunction;
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(wired: WiredFunction, runtime: StandaloneRuntime, isolation: Isolation) {
    this.name = wired.name;
    this.#runtime = runtime;
    this.#isolation = isolation;
    this.#inProcess = new InProcessFunction(wired);
    this.#isolated = new IsolatedFunction(wired, runtime);
  }

  invoke(event: unknown): Promise<unknown> {
    return this.#isolation.isEmpty ? this.#inProcess.invoke(event) : this.#route(event);
  }

  async stop(): Promise<void> {
    await this.#isolated.stop();
  }

  async #route(event: unknown): Promise<unknown> {
    const records = recordsOf(event);
    const whole = this.#isolation.hasFunction(this.name);
    const isolated = records.filter(({ messageId }) => whole || this.#isolation.hasMessage(messageId));
    // Orders to stop go to both: the running attempt may be in either.
    const cancels = records.filter(isCancel);
    if (cancels.length > 0) await this.#isolated.invoke({ Records: cancels });
    const alone = isolated.filter((record) => !cancels.includes(record));
    if (alone.length === 0) return this.#inProcess.invoke(event);
    if (records.length === 1 || isFifoBatch(records)) return this.#invokeIsolated(event);
    const rest = records.filter((record) => !alone.includes(record));
    const answers = await Promise.all([
      rest.length > 0
        ? (this.#inProcess.invoke({ Records: rest }) as Promise<SQSBatchResponse | undefined>)
        : undefined,
      ...alone.map((record) => this.#invokeAlone(record)),
    ]);
    return { batchItemFailures: answers.flatMap((answer) => answer?.batchItemFailures ?? []) };
  }

  /** A message that ends its thread must not fail the other messages of its batch. */
  async #invokeAlone(record: SQSRecord): Promise<SQSBatchResponse> {
    try {
      return (await this.#invokeIsolated({ Records: [record] })) as SQSBatchResponse;
    } catch (error) {
      this.#runtime.log.error('an invocation failed', { function: this.name, error });
      return { batchItemFailures: [{ itemIdentifier: record.messageId }] };
    }
  }

  async #invokeIsolated(event: unknown): Promise<unknown> {
    while (this.#running >= MAX_THREADS) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#running++;
    try {
      const response = await this.#isolated.invoke(event);
      this.#isolation.removeMessages(doneOf(event, response as SQSBatchResponse | undefined));
      return response;
    } catch (error) {
      if (isHarmful(error) && !this.#isolation.hasFunction(this.name)) {
        this.#isolation.addFunction(this.name);
        this.#runtime.log.warn('a function runs isolated from now on, because it would have stopped the mesh', {
          function: this.name,
          error,
        });
      }
      throw error;
    } finally {
      this.#running--;
      this.#waiting.shift()?.();
    }
  }
}

/** The ids of the messages that the function did not report as failed. */
function doneOf(event: unknown, response: SQSBatchResponse | undefined): readonly string[] {
  const failed = new Set(response?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier));
  return recordsOf(event).flatMap(({ messageId }) => (failed.has(messageId) ? [] : [messageId]));
}

/** Errors that would have held up or ended the process. */
function isHarmful(error: unknown): boolean {
  return (
    error instanceof FunctionTimeoutError || error instanceof FunctionMemoryError || error instanceof FunctionExitError
  );
}
