import { Worker } from 'node:worker_threads';
import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { messageOf } from '#shared/errors.ts';
import { isStoreUnavailable, StoreUnavailableError } from '#shared/ports/errors.ts';
import { FunctionExitError, FunctionLoadTimeoutError, FunctionMemoryError, FunctionTimeoutError } from './errors.ts';
import { lacksResources, OutOfResourcesError, outOfResources } from './out-of-resources.ts';
import { type FromWorker, remoteMethods, type ToWorker, type WorkerStart } from './protocol.ts';
import { recordsOf } from './records.ts';

/** A module that is not loaded after this time will never be. The import of a large module takes seconds on a busy machine. */
const MAX_LOAD_MS = 60_000;
/** The time between two looks at the memory of a busy thread. */
const LOOK_MS = 50;
/**
 * V8 ends the whole process when a heap passes its own limit, so a thread is terminated before. This is room for the growth
 * between two looks.
 */
const HEAP_HEADROOM_MB = 3_072;

interface Invocation {
  /** Whether the handler has been called. */
  isBegun: boolean;
  /** Ends the thread: the module is not loaded in time, or the handler does not end in time. */
  timer: NodeJS.Timeout;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** The thread ended before it began an invocation. The invocation can run in another thread. */
export class NotBegunError extends Error {}

/** One thread and its current invocation. */
export class IsolatedThread {
  readonly ended: Promise<void>;
  readonly #runtime: StandaloneRuntime;
  readonly #start: WorkerStart;
  readonly #thread: Worker;
  #isAlive = true;
  #isLoaded = false;
  #invocation: Invocation | undefined;
  #lastId = 0;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(runtime: StandaloneRuntime, start: WorkerStart) {
    this.#runtime = runtime;
    this.#start = start;
    this.#thread = new Worker(new URL('./worker.ts', import.meta.url), {
      workerData: start,
      resourceLimits: { maxOldGenerationSizeMb: start.memorySize + HEAP_HEADROOM_MB },
    });
    this.#thread.on('message', (message: FromWorker) => this.#receive(message));
    this.#thread.on('error', (error) => {
      if (!this.isBusy) runtime.log.error('a thread ended after its invocation', { function: start.name, error });
      this.#end(!this.#isLoaded && lacksResources(error) ? outOfResources(start.name, error) : error);
    });
    this.ended = new Promise((resolve) => {
      this.#thread.on('exit', (code) => {
        this.#end(
          this.#isLoaded && this.#invocation?.isBegun === false
            ? new NotBegunError()
            : new FunctionExitError(start.name, `process.exit(${code})`),
        );
        resolve();
      });
    });
  }

  /** False: the thread ends or has ended. Nobody may get it. */
  get isAlive(): boolean {
    return this.#isAlive;
  }

  get isBusy(): boolean {
    return this.#invocation !== undefined;
  }

  /**
   * Resolves to the handler's result. The handler's time begins when the handler is called.
   *
   * @throws the handler's error, or the reason for which the thread was ended.
   * @throws NotBegunError
   */
  async invoke(event: unknown): Promise<unknown> {
    clearTimeout(this.#idleTimer);
    const { name } = this.#start;
    const done = new Promise<unknown>((resolve, reject) => {
      const timer = setTimeout(
        () => this.#terminate(new FunctionLoadTimeoutError(name, MAX_LOAD_MS / 1000)),
        MAX_LOAD_MS,
      );
      this.#invocation = { isBegun: false, timer, resolve, reject };
    });
    const looks = setInterval(() => this.#look(), LOOK_MS);
    try {
      this.#post({
        kind: 'invoke',
        id: ++this.#lastId,
        event,
        excused: recordsOf(event).map((record) => this.#runtime.excusedReceives(record)),
      });
      return await done;
    } finally {
      clearInterval(looks);
      clearTimeout(this.#invocation?.timer);
      this.#invocation = undefined;
    }
  }

  /** Passes an order to stop on to the running invocation. */
  cancel(event: unknown): void {
    this.#post({ kind: 'cancel', event });
  }

  endWhenIdle(milliseconds: number): void {
    this.#idleTimer = setTimeout(() => void this.terminate(), milliseconds);
    this.#idleTimer.unref();
  }

  async terminate(): Promise<void> {
    this.#isAlive = false;
    clearTimeout(this.#idleTimer);
    await this.#thread.terminate();
  }

  #post(message: ToWorker): void {
    this.#thread.postMessage(message);
  }

  #terminate(reason: Error): void {
    this.#end(reason);
    void this.terminate();
  }

  /** The thread takes no more invocations, and its current one has failed. Its exit comes later. */
  #end(reason: unknown): void {
    this.#isAlive = false;
    this.#invocation?.reject(reason);
  }

  /** Memory of Buffers is not on the heap: V8 does not bound it. */
  #look(): void {
    const { name, memorySize } = this.#start;
    this.#thread.getHeapStatistics().then(
      ({ used_heap_size, external_memory, malloced_memory }) => {
        if (!this.isBusy || used_heap_size + external_memory + malloced_memory <= memorySize * 1024 * 1024) return;
        this.#terminate(new FunctionMemoryError(name, memorySize));
      },
      // The thread starts or has ended.
      () => {},
    );
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'loaded':
        this.#isLoaded = true;
        return;
      case 'begun':
        if (message.id === this.#lastId) this.#begin();
        return;
      case 'result':
        if (message.id === this.#lastId) this.#invocation?.resolve(message.value);
        return;
      case 'failure':
        if (message.id === this.#lastId) this.#invocation?.reject(receivedError(message));
        return;
      case 'call':
        void this.#call(message);
        return;
      case 'tell':
        method(this.#runtime[message.port], message.method)(...message.args);
        return;
      default:
        message satisfies never;
    }
  }

  #begin(): void {
    if (this.#invocation === undefined) return;
    const { name, timeout } = this.#start;
    clearTimeout(this.#invocation.timer);
    this.#invocation.isBegun = true;
    this.#invocation.timer = setTimeout(() => this.#terminate(new FunctionTimeoutError(name, timeout)), timeout * 1000);
  }

  async #call({ call, port, method: name, args }: FromWorker & { kind: 'call' }): Promise<void> {
    try {
      if (!remoteMethods[port].includes(name)) throw new Error(`agents may not call ${port}.${name}`);
      const value = await method(this.#runtime[port], name)(...args);
      if (this.#isAlive) this.#post({ kind: 'answer', call, value });
    } catch (error) {
      if (this.#isAlive) this.#post({ kind: 'refusal', call, error, unavailable: isStoreUnavailable(error) });
    }
  }
}

/** Structured clone keeps only the text of an error. */
function receivedError({ error, lacks }: FromWorker & { kind: 'failure' }): unknown {
  switch (lacks) {
    case 'store':
      return new StoreUnavailableError(messageOf(error));
    case 'machine':
      return new OutOfResourcesError(messageOf(error));
    case undefined:
      return error;
    default:
      return lacks satisfies never;
  }
}

function method(target: object, name: string): (...args: readonly unknown[]) => unknown {
  const found: unknown = Reflect.get(target, name);
  if (typeof found !== 'function') throw new Error(`there is no method ${name}`);
  return (...args) => Reflect.apply(found, target, args);
}
