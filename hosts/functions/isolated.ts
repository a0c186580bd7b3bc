import type { SQSRecord } from 'aws-lambda';
import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { readEvent } from '#shared/events/subscribe.ts';
import type { WiredFunction } from '#wiring/types.ts';
import type { LocalFunction } from './function.ts';
import { IsolatedThread, NotBegunError } from './isolated-thread.ts';
import { recordsOf } from './records.ts';

/** A thread that is idle for this time is ended. */
const IDLE_MS = 60_000;

/**
 * A function with its own threads (`isolation: thread`). As on Lambda, a thread runs one invocation at a time. The host
 * terminates a thread at the timeout, even in an endless loop, and when it uses more memory than the function's
 * `memorySize`. Then the invocation fails.
 */
export class IsolatedFunction implements LocalFunction {
  readonly name: string;
  readonly #wired: WiredFunction;
  readonly #runtime: StandaloneRuntime;
  readonly #isAgent: boolean;
  readonly #idle: IsolatedThread[] = [];
  readonly #all = new Set<IsolatedThread>();

  constructor(wired: WiredFunction, runtime: StandaloneRuntime) {
    this.name = wired.name;
    this.#wired = wired;
    this.#runtime = runtime;
    this.#isAgent = wired.subscriptions.some(({ kind }) => kind === 'agent');
  }

  async invoke(event: unknown): Promise<unknown> {
    if (!this.#isAgent) return this.#run(event);
    const records = recordsOf(event);
    const cancels = records.filter(isCancel);
    if (cancels.length === 0) return this.#run(event);
    const others = records.filter((record) => !cancels.includes(record));
    const running = others.length > 0 ? this.#run({ Records: others }) : { batchItemFailures: [] };
    // Only the thread that works on the task can stop it. The host does not wait, because a thread may hang.
    for (const thread of this.#all) if (thread.isAlive && thread.isBusy) thread.cancel({ Records: cancels });
    return running;
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#all].map((thread) => thread.terminate()));
  }

  async #run(event: unknown): Promise<unknown> {
    for (;;) {
      const thread = this.#takeIdle() ?? this.#start();
      try {
        return await thread.invoke(event);
      } catch (error) {
        // The thread had ended by itself and its exit was still on the way.
        if (!(error instanceof NotBegunError)) throw error;
      } finally {
        if (thread.isAlive) this.#rest(thread);
      }
    }
  }

  #takeIdle(): IsolatedThread | undefined {
    for (let thread = this.#idle.pop(); thread; thread = this.#idle.pop()) if (thread.isAlive) return thread;
    return undefined;
  }

  #start(): IsolatedThread {
    const { name, handler, timeout, memorySize } = this.#wired;
    const { artifactStream, workingAfterMs } = this.#runtime.settings;
    const thread = new IsolatedThread(this.#runtime, {
      name,
      file: handler.file,
      exportName: handler.exportName,
      at: handler.at,
      timeout,
      memorySize,
      now: this.#runtime.clock.now(),
      settings: { artifactStream, workingAfterMs },
      functionSettings: this.#runtime.functionSettings(name),
    });
    this.#all.add(thread);
    void thread.ended.then(() => this.#all.delete(thread));
    return thread;
  }

  #rest(thread: IsolatedThread): void {
    this.#idle.push(thread);
    thread.endWhenIdle(IDLE_MS);
  }
}

/** The envelope decides. A client's text can contain every word of it. */
export function isCancel({ body }: SQSRecord): boolean {
  // Most messages are requests. They are not parsed here.
  return body.includes('TaskCancelRequested.v1') && 'event' in readEvent(body, ['TaskCancelRequested.v1']);
}
