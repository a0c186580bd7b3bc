import type { TaskId } from '../ids.ts';
import type { LogEntry } from '../tasks/log.ts';

/** One reader of a task's log: takes what is handed to it while it was busy, then waits. */
export class Tail {
  #pending: LogEntry[] = [];
  #wake: (() => void) | undefined;

  hand(entries: readonly LogEntry[]): void {
    this.#pending.push(...entries);
    this.#wake?.();
  }

  /** The entries since the last call; none once `signal` has aborted. */
  async next(signal: AbortSignal): Promise<readonly LogEntry[]> {
    if (this.#pending.length === 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        const wake = () => {
          signal.removeEventListener('abort', wake);
          this.#wake = undefined;
          resolve();
        };
        this.#wake = wake;
        signal.addEventListener('abort', wake);
      });
    }
    const entries = this.#pending;
    this.#pending = [];
    return entries;
  }
}

/** Who follows which task. */
export class TaskTails {
  readonly #tails = new Map<TaskId, Set<Tail>>();

  open(id: TaskId): Tail {
    const tail = new Tail();
    const tails = this.#tails.get(id);
    if (tails) tails.add(tail);
    else this.#tails.set(id, new Set([tail]));
    return tail;
  }

  close(id: TaskId, tail: Tail): void {
    const tails = this.#tails.get(id);
    tails?.delete(tail);
    if (tails?.size === 0) this.#tails.delete(id);
  }

  /** Hands durable entries to the task's followers. */
  hand(id: TaskId, entries: readonly LogEntry[]): void {
    for (const tail of this.#tails.get(id) ?? []) tail.hand(entries);
  }
}
