import type { TaskId } from '#shared/ids.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import type { TaskStore } from '#shared/ports/task-store.ts';
import { ShortLivedSet } from '#shared/short-lived.ts';
import { endsTurn } from './state.ts';
import type { Submitted } from './submit.ts';

/** The part of the store that a correlator reads. */
type Logs = Pick<TaskStore, 'tail'>;

/**
 * Turns correlated events back into the answers of synchronous calls. It follows the log of a call's task and reads
 * each entry once.
 *
 * @example
 * const log = await correlator.settled(await submit(runtime, submission), { waitMs: 25_000, timeUp: undefined });
 * const task = assemble({ id, contextId: contextOf(log) }, log);
 */
export class Correlator {
  readonly #tasks: Logs;
  readonly #waiting = new ShortLivedSet<AbortController>();
  #draining = false;

  constructor(tasks: Logs) {
    this.#tasks = tasks;
  }

  /**
   * The log of a task, once its turn has ended. The log is shorter if the wait ends first: after `waitMs`, when
   * `timeUp` aborts, or at a drain.
   */
  async settled(
    { taskId, turn, log: known }: Submitted,
    { waitMs, timeUp }: { readonly waitMs: number; readonly timeUp: AbortSignal | undefined },
  ): Promise<readonly LogEntry[]> {
    const log = [...known];
    if (endsTurn(log.at(-1), turn)) return log;
    const timeout = this.#controller();
    const end = () => timeout.abort();
    const timer = setTimeout(end, timeUp?.aborted ? 0 : waitMs);
    timeUp?.addEventListener('abort', end, { once: true });
    try {
      for await (const entries of this.#tasks.tail(taskId, log.length, timeout.signal)) {
        for (const entry of entries) log.push(entry);
        if (endsTurn(log.at(-1), turn)) return log;
      }
    } finally {
      clearTimeout(timer);
      timeUp?.removeEventListener('abort', end);
      this.#waiting.delete(timeout);
    }
    return log;
  }

  /**
   * Yields the entries after a position as they arrive. It ends at the end of the turn, at an abort, and at a drain.
   */
  async *follow(id: TaskId, after: number, signal: AbortSignal): AsyncIterable<readonly LogEntry[]> {
    const controller = this.#controller();
    const end = () => controller.abort();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    try {
      for await (const entries of this.#tasks.tail(id, after, controller.signal)) {
        // A batch may also have the entries of the next turn.
        const end = entries.findIndex((entry) => endsTurn(entry));
        yield end === -1 ? entries : entries.slice(0, end + 1);
        if (end !== -1) return;
      }
    } finally {
      signal.removeEventListener('abort', end);
      this.#waiting.delete(controller);
    }
  }

  /** Ends every wait. Blocking calls answer with the task in its current state. Clients can resume the streams. */
  drain(): void {
    this.#draining = true;
    for (const controller of this.#waiting) controller.abort();
  }

  #controller(): AbortController {
    const controller = new AbortController();
    if (this.#draining) controller.abort();
    else this.#waiting.add(controller);
    return controller;
  }
}
