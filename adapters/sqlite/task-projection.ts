import { agentEventOf, attemptFailureOf } from '#shared/events/task-events.ts';
import { parseJson } from '#shared/exact-json.ts';
import type { TaskId } from '#shared/ids.ts';
import type { BusEvent } from '#shared/ports/event-bus.ts';
import type { AgentEvent, AttemptFailure, Exceeded, LogEntry, Outcome } from '#shared/ports/task.ts';
import { boundReason, SLICE_BYTES, SLICE_EVENTS } from '#shared/tasks/bounds.ts';
import type { OnEnded } from '#shared/tasks/ended-tasks.ts';
import { failedAttemptOf, refusalOf } from '#shared/tasks/failed-attempt.ts';
import { fold } from '#shared/tasks/fold.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import type { BegunArtifacts } from './begun-artifacts.ts';
import type { Database } from './database.ts';
import type { InlineConsumer } from './event-bus.ts';
import type { ParkedEvents } from './parked-events.ts';
import type { SqliteQuarantine } from './quarantine.ts';
import type { TaskRow, TaskRows } from './task-rows.ts';
import type { TaskTails } from './task-tails.ts';

/** A task that the running transaction has changed. Its row is written once, at the end of the transaction. */
interface Changed {
  current: TaskRow;
  readonly entries: LogEntry[];
}

export interface Folded {
  /** The outcome of the event, or `exceeded` if a parked event behind it passes a bound. */
  readonly outcome: Outcome | { readonly kind: 'unknown' };
  /** True: more parked events may be next. `unpark` folds them, in another transaction. */
  readonly hasMore: boolean;
}

export interface TaskProjectionParts {
  readonly database: Database;
  readonly rows: TaskRows;
  readonly tails: TaskTails;
  readonly quarantine: SqliteQuarantine;
  readonly parked: ParkedEvents;
  readonly artifacts: BegunArtifacts;
  readonly onEnded: OnEnded;
}

/** Folds events of agents into the tables, in the publisher's transaction or for the projector's handler. */
export class TaskProjection implements InlineConsumer {
  readonly #database: Database;
  readonly #rows: TaskRows;
  readonly #tails: TaskTails;
  readonly #quarantine: SqliteQuarantine;
  readonly #onEnded: OnEnded;
  readonly #parked: ParkedEvents;
  readonly #artifacts: BegunArtifacts;
  /** Each transaction has a new map. */
  #changed = new Map<TaskId, Changed>();

  constructor({ database, rows, tails, quarantine, parked, artifacts, onEnded }: TaskProjectionParts) {
    this.#database = database;
    this.#rows = rows;
    this.#tails = tails;
    this.#quarantine = quarantine;
    this.#onEnded = onEnded;
    this.#parked = parked;
    this.#artifacts = artifacts;
  }

  /** The projector's handler, behind the queue, folds further slices and ends tasks that pass a bound. */
  apply(event: BusEvent, position: number): 'done' | 'queue' {
    const agentEvent = agentEventOf(event);
    if (agentEvent) {
      const { outcome, hasMore } = this.fold(agentEvent, position);
      return hasMore || outcome.kind === 'exceeded' ? 'queue' : 'done';
    }
    const failure = attemptFailureOf(event);
    if (failure) this.noteFailure(failure);
    return 'done';
  }

  /** Folds an event and a slice of the events that were parked behind it. `archived` is the event's position in the archive. */
  fold(event: AgentEvent, archived: number | undefined): Folded {
    const id = event.data.taskId as TaskId;
    const changed = this.#changed.get(id);
    const before = changed?.current ?? this.#rows.find(id);
    if (before === undefined) {
      this.#quarantine.putWithin('of a task that does not exist', JSON.stringify(event));
      return { outcome: { kind: 'unknown' }, hasMore: false };
    }
    const known = changed && { current: changed.current, length: changed.entries.length };
    try {
      const outcome = this.#step(before, event, archived);
      if (outcome.kind === 'exceeded') return { outcome, hasMore: false };
      const unparked = this.unpark(id);
      return { outcome: unparked.exceeded ?? outcome, hasMore: unparked.hasMore };
    } catch (error) {
      // The catcher rolls back the rows. The remembered change goes back with them.
      if (changed && known) {
        changed.current = known.current;
        changed.entries.length = known.length;
      } else this.#changed.delete(id);
      throw error;
    }
  }

  /** Folds a slice of the parked events that are next. */
  unpark(id: TaskId): { readonly exceeded?: Exceeded; readonly hasMore: boolean } {
    let bytes = 0;
    for (let events = 0; events < SLICE_EVENTS && bytes < SLICE_BYTES; events++) {
      const current = this.#changed.get(id)?.current ?? this.#rows.find(id);
      if (current === undefined || isTerminal(current.task.state)) return { hasMore: false };
      const text = this.#parked.next(current);
      if (text === undefined) return { hasMore: false };
      const event = parseJson(text) as AgentEvent;
      const outcome = this.#step(current, event, undefined);
      // The event stays parked. So the task is ended even after a crash.
      if (outcome.kind === 'exceeded') return { exceeded: outcome, hasMore: false };
      this.#parked.take(current.row, event, text);
      bytes += text.length;
    }
    return { hasMore: true };
  }

  /** Keeps the cause of an attempt that failed. It changes neither the task nor its log. */
  noteFailure(failure: AttemptFailure): void {
    const id = failure.data.taskId as TaskId;
    const found = this.#changed.get(id)?.current ?? this.#rows.find(id);
    const refusal = found === undefined ? 'of a task that does not exist' : refusalOf(found.task, failure);
    if (refusal !== undefined) this.#quarantine.putWithin(refusal, JSON.stringify(failure));
    else if (found) this.#rows.noteFailure(found.row, failedAttemptOf(failure.data));
  }

  /** Writes the rows that the transaction has changed, and tells the tails when the rows are durable. */
  finish(): void {
    for (const [id, { current, entries }] of this.#changed) {
      this.#rows.update(current);
      if (isTerminal(current.task.state)) {
        this.forget(current);
        this.#database.afterDurable(() => this.#onEnded(current.task));
      }
      if (entries.length > 0) this.#database.afterDurable(() => this.#tails.hand(id, entries));
    }
    if (this.#changed.size > 0) this.#changed = new Map();
  }

  /** Removes the data that only a running task needs. */
  forget({ row, task }: TaskRow): void {
    this.#parked.forget(row);
    // Most tasks have none and need no search. Retention removes the rows of an earlier attempt.
    if (task.artifactCount > task.artifacts.length) this.#artifacts.forget(row);
  }

  /** Forgets the changes of a transaction that failed. */
  abandon(): void {
    if (this.#changed.size > 0) this.#changed = new Map();
  }

  #step(before: TaskRow, event: AgentEvent, archived: number | undefined): Outcome {
    const isKept = (artifactId: string) => this.#artifacts.has(before.row, before.task, artifactId);
    const outcome = fold(before.task, event, isKept);
    switch (outcome.kind) {
      case 'applied': {
        const { task, entries, began = [] } = outcome;
        this.#append(before.row, entries, event, archived);
        for (const artifactId of began) this.#artifacts.add(before.row, task, artifactId);
        this.#remember({ row: before.row, task }, entries);
        break;
      }
      case 'parked': {
        const bound = this.#parked.put(before.row, event);
        if (bound !== undefined) return { kind: 'exceeded', reason: boundReason(bound) };
        break;
      }
      case 'quarantined':
        this.#quarantine.putWithin(outcome.reason, JSON.stringify(event));
        if (outcome.task) this.#remember({ row: before.row, task: outcome.task });
        break;
      case 'dropped':
      case 'exceeded':
        break;
      default:
        outcome satisfies never;
    }
    return outcome;
  }

  /** The log points at the archive, unless an entry differs from the event. */
  #append(row: number, entries: readonly LogEntry[], { data }: AgentEvent, archived: number | undefined): void {
    let artifactIndex = -1;
    for (const entry of entries) {
      if (entry.kind !== 'artifact') {
        this.#rows.append(row, entry, archived);
      } else if ('artifact' in data) {
        this.#rows.append(row, entry, entry.append === data.append ? archived : undefined);
      } else {
        // The entries have the order of the event's artifacts, and may lack some of them.
        artifactIndex = data.artifacts?.indexOf(entry.artifact, artifactIndex + 1) ?? -1;
        this.#rows.append(row, entry, archived, artifactIndex);
      }
    }
  }

  #remember(current: TaskRow, entries: readonly LogEntry[] = []): void {
    const { id } = current.task;
    let changed = this.#changed.get(id);
    if (changed === undefined) {
      changed = { current, entries: [] };
      this.#changed.set(id, changed);
    }
    changed.current = current;
    for (const entry of entries) changed.entries.push(entry);
  }
}
