import { setImmediate as nextTurn } from 'node:timers/promises';

/** Bytes of a task's log. It takes some milliseconds to read so much, to assemble the task and to write it as JSON. */
const LARGE_BYTES = 256 * 1024;

/**
 * Reads of large tasks, one after the other, each in a turn of the event loop of its own. The attack: somebody asks for a task
 * of many MB hundreds of times at once. Without this, the mesh would hold all of their logs at the same time, and others would
 * wait for all of them in each turn.
 */
export class LargeReads {
  #last: Promise<void> = Promise.resolve();

  /** @param bytes of the log that the work reads */
  run<Result>(bytes: number, work: () => Promise<Result>): Promise<Result> {
    if (bytes < LARGE_BYTES) return work();
    const result = this.#last.then(work);
    // The caller writes the result as JSON in between.
    this.#last = result.then(
      () => nextTurn(),
      () => nextTurn(),
    );
    return result;
  }
}
