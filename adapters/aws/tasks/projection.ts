import type { TaskId } from '#shared/ids.ts';
import type { Quarantine } from '#shared/ports/quarantine.ts';
import type { AgentEvent, Exceeded, Outcome, TaskRecord } from '#shared/ports/task.ts';
import { type Amount, boundReason, passedParkedBound } from '#shared/tasks/bounds.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import { AwsError } from '../errors.ts';
import type { BegunArtifacts } from './begun-artifacts.ts';
import { type Folded, foldBatch } from './fold-batch.ts';
import { amountOf, type ParkedEvents } from './parked.ts';
import type { TaskParts } from './parts.ts';
import type { StoredTask } from './stored-task.ts';
import type { Decision } from './writer.ts';

export type Applied = Outcome | { readonly kind: 'unknown' };

export interface ProjectionOptions extends Pick<TaskParts, 'table' | 'writer'> {
  readonly parked: ParkedEvents;
  readonly artifacts: BegunArtifacts;
  readonly quarantine: Quarantine;
}

/** The work that one call has done already. A competing write makes it fold the events again. */
interface Done {
  /** Events in quarantine. */
  readonly aside: Set<AgentEvent>;
  readonly parked: Set<AgentEvent>;
  /** The events that it has parked and not yet counted in the task. */
  added: Amount;
}

const NOTHING: Amount = { events: 0, bytes: 0 };

type FoldResult = Pick<Folded, 'outcomes' | 'hasMore' | 'exceeded'>;

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
    const done: Done = { aside: new Set(), parked: new Set(), added: NOTHING };
    const stored = await table.get(id);
    let decided = stored && (await writer.change(stored, (current) => this.#fold(current, events, done)));
    if (decided === undefined) {
      for (const event of events) await this.#putAside('of a task that does not exist', event);
      return new Map();
    }
    const outcomes = new Map(decided.result.outcomes);
    let { exceeded } = decided.result;
    while (decided?.result.hasMore) {
      done.added = NOTHING;
      decided = await writer.change(decided.stored, (current) => this.#fold(current, [], done));
      exceeded ??= decided?.result.exceeded;
    }
    // Each caller then ends the task, before its event counts as done.
    if (exceeded !== undefined) for (const event of events) outcomes.set(event, exceeded);
    return outcomes;
  }

  /**
   * Parks an early event first, and notes it in the task afterwards. The note is a conditional write, like all writes of
   * the task. Either the preceding event's write sees the note, and so the parked event. Or that write came first: then the
   * early event is decided again, and it is next. So no event stays parked after its turn has come.
   */
  async #fold(stored: StoredTask, events: readonly AgentEvent[], done: Done): Promise<Decision<FoldResult>> {
    const { parked, artifacts } = this.#parts;
    const before = stored.task;
    const folded = await foldBatch(before, events, {
      parked: async (task) => (stored.parked ? parked.slice(task) : { events: [], isCut: false }),
      begun: (task, ids) => artifacts.find(task, ids),
    });
    const { task, entries, outcomes, quarantined, began, unparked } = folded;
    for (const { event, reason } of quarantined) {
      if (!done.aside.has(event)) await this.#putAside(reason, event);
      done.aside.add(event);
    }
    const early = events.filter((event) => outcomes.get(event)?.kind === 'parked');
    const unknown = await parked.unknown(
      stored,
      early.filter((event) => !done.parked.has(event)),
    );
    const added = sum(done.added, amountOf(unknown));
    const left = sum(less(stored.parked ?? NOTHING, unparked), added);
    const bound = passedParkedBound(left);
    if (bound !== undefined) {
      // The caller ends the task. Until then, what fits stays as it is.
      const exceeded: Exceeded = { kind: 'exceeded', reason: boundReason(bound) };
      return { result: { outcomes, hasMore: false, exceeded } };
    }
    await parked.put(stored, unknown);
    for (const event of early) done.parked.add(event);
    done.added = added;
    await artifacts.put(stored, began);
    const { exceeded } = folded;
    const result: FoldResult = { outcomes, hasMore: folded.hasMore && exceeded === undefined, exceeded };
    if (task === before && early.length === 0) return { result };
    const noted = stored.parked || early.length > 0 ? left : undefined;
    return { result, write: { stored: { ...stored, ...moved(stored, task), parked: noted }, entries } };
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

function sum(a: Amount, b: Amount): Amount {
  return { events: a.events + b.events, bytes: a.bytes + b.bytes };
}

/** A crash can leave parked events that are not counted. So the difference may be below 0. */
function less(a: Amount, b: Amount): Amount {
  return { events: Math.max(0, a.events - b.events), bytes: Math.max(0, a.bytes - b.bytes) };
}
