import type { TaskId } from '#shared/ids.ts';
import { ShortLivedMap } from '#shared/short-lived.ts';
import type { TaskOutbox } from './outbox.ts';
import type { StoredTask } from './stored-task.ts';

/** An agent that works for longer than a second says so. It may have to start first. */
const WAIT_MS = 5_000;

interface Open {
  readonly stored: StoredTask;
  readonly timer: NodeJS.Timeout;
}

/**
 * The notes that requests are sent, of tasks whose log a caller follows. The agent's first event makes the same note with the
 * write of the task that it needs anyway, so most calls need no write of their own for it. A task whose agent says nothing for 5 s,
 * or whose caller leaves before, gets its note then.
 *
 * If the process dies before, the sweeper sends the request again, as after a death before the note at any time. By then the
 * task is a minute old, and only an agent that has said nothing yet gets the second request.
 */
export class SentNotes {
  readonly #outbox: Pick<TaskOutbox, 'clearSoon'>;
  readonly #open = new ShortLivedMap<TaskId, Open>();

  constructor(outbox: Pick<TaskOutbox, 'clearSoon'>) {
    this.#outbox = outbox;
  }

  /** The request of a new task is on the bus. */
  later(stored: StoredTask): void {
    const { id } = stored.task;
    const timer = setTimeout(() => void this.make(id), WAIT_MS);
    this.#open.set(id, { stored, timer });
  }

  /** The log has an entry after the message, so somebody else has made the note. */
  drop(id: TaskId): void {
    this.#take(id);
  }

  /** Makes the note unless it is made. */
  async make(id: TaskId): Promise<void> {
    const open = this.#take(id);
    if (open !== undefined) await this.#outbox.clearSoon(open.stored);
  }

  #take(id: TaskId): Open | undefined {
    const open = this.#open.get(id);
    clearTimeout(open?.timer);
    this.#open.delete(id);
    return open;
  }
}
