import { Worker } from 'node:worker_threads';
import type { CheckpointReport } from './checkpoint-worker.ts';
import { received } from './posted-failure.ts';

/** Batches between two checkpoints. Under load this is about 50 MB of write-ahead log. */
const BATCHES_PER_CHECKPOINT = 250;

/**
 * Moves the write-ahead log into the database in its own thread, so that no call waits. Passive checkpoints come first
 * and block nobody. A restart checkpoint then lets the next write begin at the start of the log. The file is never
 * truncated, because a sync of overwritten pages is twice as fast as a sync of appended pages.
 */
export class Checkpointer {
  readonly #file: string;
  readonly #failed: (error: Error) => void;
  #worker: Worker | undefined;
  #batches = 0;
  #busy = false;

  /** `failed` gets the error of a failed checkpoint. Nothing is lost: committed data stays in the log, which grows. */
  constructor(file: string, failed: (error: Error) => void) {
    this.#file = file;
    this.#failed = failed;
  }

  /** Counts a batch, and starts a checkpoint when enough have gone by. */
  committed(): void {
    if (++this.#batches >= BATCHES_PER_CHECKPOINT) this.start();
  }

  /** Starts a checkpoint unless one is under way. */
  start(): void {
    if (this.#busy) return;
    this.#batches = 0;
    this.#busy = true;
    this.#worker ??= this.#startWorker();
    this.#worker.postMessage('checkpoint');
  }

  async stop(): Promise<void> {
    const worker = this.#worker;
    if (worker === undefined) return;
    worker.ref();
    const exited = new Promise((resolve) => worker.once('exit', resolve));
    worker.postMessage('stop');
    await exited;
  }

  #startWorker(): Worker {
    const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), { workerData: this.#file });
    worker.unref();
    worker.on('message', ({ failure }: CheckpointReport) => {
      this.#busy = false;
      if (failure) this.#failed(received(failure));
    });
    // A later checkpoint tries with another thread.
    worker.on('error', (error) => this.#failed(error instanceof Error ? error : new Error(String(error))));
    worker.on('exit', () => {
      this.#worker = undefined;
      this.#busy = false;
    });
    return worker;
  }
}
