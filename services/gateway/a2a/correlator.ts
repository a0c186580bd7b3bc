import type { TaskId } from '#shared/ids.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import type { TaskStore } from '#shared/ports/task-store.ts';
import { ShortLivedSet } from '#shared/short-lived.ts';
import { isTerminal, isWaitingForClient } from '#shared/tasks/state.ts';
import { logOf, type Submitted } from './submit.ts';

/**
 * Turns correlated events back into the answers of synchronous calls: it follows the log of a call's task, and never
 * asks the store twice for what did not change.
 */
export class Correlator {
  readonly #tasks: TaskStore;
  readonly #waiting = new ShortLivedSet<AbortController>();
  #draining = false;

  constructor(tasks: TaskStore) {
    this.#tasks = tasks;
  }

  /**
   * The log of a task once its turn has ended, or as far as it had come after `wait` milliseconds, when the host's time
   * is up, or at a drain.
   */
  async settled(
    { taskId, turn, log: known }: Submitted,
    wait: number,
    timeUp: AbortSignal | undefined,
  ): Promise<readonly LogEntry[]> {
    const log = [...known];
    const timeout = this.#controller();
    const end = () => timeout.abort();
    const timer = setTimeout(end, timeUp?.aborted ? 0 : wait);
    timeUp?.addEventListener('abort', end, { once: true });
    try {
      for await (const entries of this.#tasks.tail(taskId, log.length, timeout.signal)) {
        log.push(...entries);
        if (hasEnded(log, turn)) return log;
      }
    } finally {
      clearTimeout(timer);
      timeUp?.removeEventListener('abort', end);
      this.#waiting.delete(timeout);
    }
    return log.length > 0 ? log : logOf(this.#tasks, taskId);
  }

  /** The entries after a position as they come, until the turn has ended, an abort, or a drain. */
  async *follow(id: TaskId, after: number, signal: AbortSignal): AsyncIterable<readonly LogEntry[]> {
    const controller = this.#controller();
    const end = () => controller.abort();
    signal.addEventListener('abort', end, { once: true });
    if (signal.aborted) end();
    try {
      for await (const entries of this.#tasks.tail(id, after, controller.signal)) {
        yield entries;
        const last = entries.at(-1);
        if (last?.kind === 'status' && last.status.state === 'TASK_STATE_INPUT_REQUIRED') return;
      }
    } finally {
      signal.removeEventListener('abort', end);
      this.#waiting.delete(controller);
    }
  }

  /** Ends every wait: blocking calls answer with the task as it stands, streams end and can be taken up again. */
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

/** Whether the turn has come to a terminal state, or to one in which the task waits for its client. */
function hasEnded(log: readonly LogEntry[], turn: number): boolean {
  const last = log.at(-1);
  if (last === undefined || last.kind !== 'status' || last.turn < turn) return false;
  return isTerminal(last.status.state) || isWaitingForClient(last.status.state);
}
