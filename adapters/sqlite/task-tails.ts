import type { TaskId } from '#shared/ids.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import { ShortLivedMap, ShortLivedSet } from '#shared/short-lived.ts';
import { entryBytes } from '#shared/tasks/bounds.ts';
import { isTerminal } from '#shared/tasks/state.ts';

/** The entries that wait for one reader. A slow client's stream must not fill the memory. */
const MAX_PENDING = 1_000;
const MAX_PENDING_BYTES = 256 * 1024;

/**
 * One reader of a task's log. It buffers the entries that arrive while the reader is busy. When they become too many, it
 * drops them, and the reader reads them from the log.
 */
export class Tail {
  #pending: LogEntry[] = [];
  #bytes = 0;
  #isBehind = true;
  #wake: (() => void) | undefined;

  /** True: entries are missing here, so the reader must read the log. It is true at first. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Call it before the log is read. From now on, the tail has the entries that come after that read. */
  caughtUp(): void {
    this.#isBehind = false;
  }

  fallBehind(): void {
    this.#isBehind = true;
    this.#pending = [];
    this.#bytes = 0;
    this.#wake?.();
  }

  /** @param bytesOf counts the bytes of the entries. A reader that waits takes them at once, so nobody counts. */
  hand(entries: readonly LogEntry[], bytesOf: () => number): void {
    if (this.#isBehind) return;
    if (this.#wake === undefined || this.#pending.length > 0) {
      this.#bytes += bytesOf();
      if (this.#bytes > MAX_PENDING_BYTES || this.#pending.length + entries.length > MAX_PENDING) {
        this.fallBehind();
        return;
      }
    }
    for (const entry of entries) this.#pending.push(entry);
    this.#wake?.();
  }

  /**
   * Waits for entries and returns those since the last call. The list is empty after `signal` has aborted and when the
   * reader has fallen behind.
   */
  async next(signal: AbortSignal): Promise<readonly LogEntry[]> {
    if (this.#pending.length === 0 && !this.#isBehind && !signal.aborted) {
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
    this.#bytes = 0;
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
    const tails = this.#tails.get(id);
    if (tails === undefined) return;
    let bytes: number | undefined;
    const bytesOf = () => {
      bytes ??= entries.reduce((sum, entry) => sum + entryBytes(entry), 0);
      return bytes;
    };
    for (const tail of tails) tail.hand(entries, bytesOf);
  }
}
