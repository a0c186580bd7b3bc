import { Worker } from 'node:worker_threads';

/** Batches between two checkpoints: under load some 50 MB of write-ahead log. */
const BATCHES_PER_CHECKPOINT = 250;

/**
 * Moves the write-ahead log into the database from a thread of its own, so that no call waits for it: passive
 * checkpoints, which block nobody, and then a restart, which lets the log begin anew at its start. Writing over the
 * log's old pages syncs twice as fast as appending to it, so the file is kept and never truncated.
 */
export class Checkpointer {
  readonly #file: string;
  #worker: Worker | undefined;
  #batches = 0;
  #busy = false;

  constructor(file: string) {
    this.#file = file;
  }

  /** Counts a batch, and starts a checkpoint when enough have gone by. */
  committed(): void {
    if (++this.#batches < BATCHES_PER_CHECKPOINT || this.#busy) return;
    this.#batches = 0;
    this.#busy = true;
    this.#worker ??= this.#start();
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

  #start(): Worker {
    const worker = new Worker(new URL('./checkpoint-worker.ts', import.meta.url), { workerData: this.#file });
    worker.unref();
    worker.on('message', () => {
      this.#busy = false;
    });
    // It ends by itself only at an error of the disk, which the next commit meets too and tells; a later checkpoint tries anew.
    worker.on('error', () => {});
    worker.on('exit', () => {
      this.#worker = undefined;
      this.#busy = false;
    });
    return worker;
  }
}
