import type { TaskId } from '#shared/ids.ts';
import type { Quarantine } from '#shared/ports/quarantine.ts';
import type { AgentEvent, Outcome, TaskRecord } from '#shared/ports/task.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import { AwsError } from '../errors.ts';
import { foldBatch } from './fold-batch.ts';
import type { ParkedEvents } from './parked.ts';
import type { TaskParts } from './parts.ts';
import type { StoredTask } from './stored-task.ts';
import type { Decision } from './writer.ts';

export type Applied = Outcome | { readonly kind: 'unknown' };

export interface ProjectionOptions extends Pick<TaskParts, 'table' | 'writer'> {
  readonly parked: ParkedEvents;
  readonly quarantine: Quarantine;
}

interface Waiting {
  readonly event: AgentEvent;
  readonly resolve: (applied: Applied) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Folds agents' events into their tasks. It collects events of a task that arrive in the same turn of the event loop,
 * or during an earlier write of the task, into one write. So a batch of a queue or a stream makes one write per task,
 * and does not compete with itself.
 */
export class TaskProjection {
  readonly #parts: ProjectionOptions;
  readonly #waiting = new Map<TaskId, Waiting[]>();

  constructor(parts: ProjectionOptions) {
    this.#parts = parts;
  }

  apply(event: AgentEvent): Promise<Applied> {
    const id = event.data.taskId as TaskId;
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.get(id);
      if (waiting) {
        waiting.push({ event, resolve, reject });
        return;
      }
      this.#waiting.set(id, [{ event, resolve, reject }]);
      setImmediate(() => void this.#drain(id));
    });
  }

  async #drain(id: TaskId): Promise<void> {
    for (;;) {
      const batch = this.#waiting.get(id) ?? [];
      if (batch.length === 0) break;
      this.#waiting.set(id, []);
      await this.#settle(id, batch);
    }
    this.#waiting.delete(id);
  }

  /**
   * An event that cannot be written must not fail the others. So each event is then tried alone. An outage fails all.
   */
  async #settle(id: TaskId, batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = await this.#apply(
        id,
        batch.map(({ event }) => event),
      );
      for (const { event, resolve } of batch) resolve(outcomes.get(event) ?? { kind: 'unknown' });
    } catch (error) {
      const isOutage = error instanceof AwsError && error.code !== 'AWS_FAILED';
      if (batch.length > 1 && !isOutage) for (const each of batch) await this.#settle(id, [each]);
      else for (const { reject } of batch) reject(error);
    }
  }

  /** The outcome of each event. Empty when the task does not exist. */
  async #apply(id: TaskId, events: readonly AgentEvent[]): Promise<ReadonlyMap<AgentEvent, Outcome>> {
    const { table, writer } = this.#parts;
    /** Events that are already put aside. A competing write makes this code fold the events again. */
    const done = new Set<AgentEvent>();
    const stored = await table.get(id);
    const decided = stored && (await writer.change(stored, (current) => this.#fold(current, events, done)));
    if (decided !== undefined) return decided.result;
    for (const event of events) await this.#putAside('of a task that does not exist', event);
    return new Map();
  }

  /**
   * Parks an early event first, and marks the task afterwards. The mark is a conditional write, like all writes of the
   * task. Either the preceding event's write sees the mark, and so the parked event. Or that write came first: then the
   * early event is decided again, and it is next. So no event stays parked after its turn has come.
   */
  async #fold(
    stored: StoredTask,
    events: readonly AgentEvent[],
    done: Set<AgentEvent>,
  ): Promise<Decision<ReadonlyMap<AgentEvent, Outcome>>> {
    const { parked } = this.#parts;
    const before = stored.task;
    const folded = await foldBatch(before, events, (task) => (stored.parked ? parked.after(task) : none()));
    const { task, entries, outcomes, quarantined } = folded;
    for (const { event, reason } of quarantined) {
      if (!done.has(event)) await this.#putAside(reason, event);
      done.add(event);
    }
    const early = events.filter((event) => outcomes.get(event)?.kind === 'parked');
    const unparked = early.filter((event) => !done.has(event));
    if (unparked.length > 0) await parked.put(stored, unparked);
    for (const event of unparked) done.add(event);
    if (task === before && early.length === 0) return { result: outcomes };
    return {
      result: outcomes,
      write: { stored: { ...stored, ...moved(stored, task), parked: stored.parked || early.length > 0 }, entries },
    };
  }

  #putAside(reason: string, event: AgentEvent): Promise<void> {
    return this.#parts.quarantine.put(reason, JSON.stringify(event));
  }
}

/** The task after its agent's events. An agent that answers has its request, even if the sender crashed afterwards. */
function moved(stored: StoredTask, task: TaskRecord): Partial<StoredTask> {
  if (task === stored.task) return {};
  return { task, unsent: undefined, due: isTerminal(task.state) ? undefined : stored.due };
}

async function* none(): AsyncIterable<never> {}
