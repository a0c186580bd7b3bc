import type { TaskId } from '#shared/ids.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import { ShortLivedMap, ShortLivedSet } from '#shared/short-lived.ts';
import { isTerminal } from '#shared/tasks/state.ts';

/** One reader of a task's log. It buffers the entries that arrive while the reader is busy. */
export class Tail {
  #pending: LogEntry[] = [];
  #wake: (() => void) | undefined;

  hand(entries: readonly LogEntry[]): void {
    this.#pending.push(...entries);
    this.#wake?.();
  }

  /** Waits for entries and returns those since the last call. The list is empty after `signal` has aborted. */
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

/** The readers that follow each task. */
export class TaskTails {
  readonly #tails = new ShortLivedMap<TaskId, ShortLivedSet<Tail>>();
  /** The newest durable position of each open task that was created since the start. */
  readonly #positions = new ShortLivedMap<TaskId, number>();

  begin(id: TaskId, position: number): void {
    this.#positions.set(id, position);
  }

  /** True: the log has no durable entry after `position`. False: unknown, so the caller must read the log. */
  isAt(id: TaskId, position: number): boolean {
    return this.#positions.get(id) === position;
  }

  open(id: TaskId): Tail {
    const tail = new Tail();
    const tails = this.#tails.get(id) ?? new ShortLivedSet();
    tails.add(tail);
    this.#tails.set(id, tails);
    return tail;
  }

  close(id: TaskId, tail: Tail): void {
    const tails = this.#tails.get(id);
    tails?.delete(tail);
    if (tails?.size === 0) this.#tails.delete(id);
  }

  /** Hands durable entries to the task's followers. */
  hand(id: TaskId, entries: readonly LogEntry[]): void {
    const last = entries.at(-1);
    if (last !== undefined && this.#positions.has(id)) {
      if (last.kind === 'status' && isTerminal(last.status.state)) this.#positions.delete(id);
      else this.#positions.set(id, last.position);
    }
    for (const tail of this.#tails.get(id) ?? []) tail.hand(entries);
  }
}
