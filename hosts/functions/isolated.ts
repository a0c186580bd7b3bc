import { Worker } from 'node:worker_threads';
import type { SQSEvent, SQSRecord } from 'aws-lambda';
import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { messageOf } from '#shared/errors.ts';
import { isStoreUnavailable, StoreUnavailableError } from '#shared/ports/errors.ts';
import type { WiredFunction } from '#wiring/types.ts';
import { FunctionTimeoutError, type LocalFunction } from './function.ts';
import { lacksResources, OutOfResourcesError, outOfResources } from './out-of-resources.ts';
import { type FromWorker, remoteMethods, type ToWorker, type WorkerStart } from './protocol.ts';

/** A thread that is idle for this time is ended. */
const IDLE_MS = 60_000;

interface Invocation {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A function with its own threads (`isolation: thread`). As on Lambda, a thread runs one invocation at a time. At the timeout
 * the host terminates the thread, even in an endless loop, and the invocation fails.
 */
export class IsolatedFunction implements LocalFunction {
  readonly name: string;
  readonly #wired: WiredFunction;
  readonly #runtime: StandaloneRuntime;
  readonly #idle: IsolatedWorker[] = [];
  readonly #all = new Set<IsolatedWorker>();

  constructor(wired: WiredFunction, runtime: StandaloneRuntime) {
    this.name = wired.name;
    this.#wired = wired;
    this.#runtime = runtime;
  }

  async invoke(event: unknown): Promise<unknown> {
    if (isCancel(event)) {
      // Only the thread that works on the task can stop it. The host does not wait, because a thread may hang.
      for (const worker of this.#all) worker.post({ kind: 'invoke', id: 0, event, excused: [] });
      return { batchItemFailures: [] };
    }
    const worker = this.#idle.pop() ?? this.#start();
    try {
      return await worker.invoke(event, this.#wired.timeout);
    } finally {
      if (worker.alive) this.#rest(worker);
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#all].map((worker) => worker.terminate()));
  }

  #start(): IsolatedWorker {
    const { name, handler, timeout, memorySize } = this.#wired;
    const { artifactStream, workingAfterMs } = this.#runtime.settings;
    const worker = new IsolatedWorker(this.#runtime, {
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
    this.#all.add(worker);
    worker.ended.then(() => {
      this.#all.delete(worker);
      const at = this.#idle.indexOf(worker);
      if (at >= 0) this.#idle.splice(at, 1);
    });
    return worker;
  }

  #rest(worker: IsolatedWorker): void {
    this.#idle.push(worker);
    worker.endWhenIdle(IDLE_MS);
  }
}

/** One thread and its current invocation. */
class IsolatedWorker {
  readonly ended: Promise<void>;
  readonly #runtime: StandaloneRuntime;
  readonly #name: string;
  readonly #thread: Worker;
  #alive = true;
  #loaded = false;
  #invocation: Invocation | undefined;
  #lastId = 0;
  #idleTimer: NodeJS.Timeout | undefined;

  constructor(runtime: StandaloneRuntime, start: WorkerStart) {
    this.#runtime = runtime;
    this.#name = start.name;
    this.#thread = new Worker(new URL('./worker.ts', import.meta.url), { workerData: start });
    this.#thread.on('message', (message: FromWorker) => this.#receive(message));
    this.#thread.on('error', (error) => {
      // The thread ends after an error. Its exit comes later, and nobody may get the thread until then.
      this.#alive = false;
      this.#invocation?.reject(!this.#loaded && lacksResources(error) ? outOfResources(start.name, error) : error);
    });
    this.ended = new Promise((resolve) => {
      this.#thread.on('exit', () => {
        this.#alive = false;
        this.#invocation?.reject(new Error(`the thread of ${start.name} ended`));
        resolve();
      });
    });
  }

  get alive(): boolean {
    return this.#alive;
  }

  post(message: ToWorker): void {
    this.#thread.postMessage(message);
  }

  async invoke(event: unknown, seconds: number): Promise<unknown> {
    clearTimeout(this.#idleTimer);
    const id = ++this.#lastId;
    const done = new Promise<unknown>((resolve, reject) => {
      this.#invocation = { resolve, reject };
    });
    const timer = setTimeout(() => {
      this.#invocation?.reject(new FunctionTimeoutError(this.#name, seconds));
      void this.terminate();
    }, seconds * 1000);
    this.post({
      kind: 'invoke',
      id,
      event,
      excused: recordsOf(event).map((record) => this.#runtime.excusedReceives(record)),
    });
    try {
      return await done;
    } finally {
      clearTimeout(timer);
      this.#invocation = undefined;
    }
  }

  endWhenIdle(milliseconds: number): void {
    this.#idleTimer = setTimeout(() => void this.terminate(), milliseconds);
    this.#idleTimer.unref();
  }

  async terminate(): Promise<void> {
    this.#alive = false;
    clearTimeout(this.#idleTimer);
    await this.#thread.terminate();
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'loaded':
        this.#loaded = true;
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

  async #call({ call, port, method: name, args }: FromWorker & { kind: 'call' }): Promise<void> {
    try {
      if (!remoteMethods[port].includes(name)) throw new Error(`agents may not call ${port}.${name}`);
      const value = await method(this.#runtime[port], name)(...args);
      if (this.#alive) this.post({ kind: 'answer', call, value });
    } catch (error) {
      if (this.#alive) this.post({ kind: 'refusal', call, error, unavailable: isStoreUnavailable(error) });
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

function isCancel(event: unknown): boolean {
  const records = recordsOf(event);
  return records.length > 0 && records.every(({ body }) => body.includes('"detail-type":"TaskCancelRequested.v1"'));
}

/** The messages of an event of a queue; empty for any other event. */
function recordsOf(event: unknown): readonly SQSRecord[] {
  const { Records = [] } = event as Partial<SQSEvent>;
  return Records.filter(({ eventSource }) => eventSource === 'aws:sqs');
}
