import { agentEventOf, attemptFailureOf } from '#shared/events/task-events.ts';
import type { TaskId } from '#shared/ids.ts';
import type { BusEvent } from '#shared/ports/event-bus.ts';
import type { AgentEvent, AttemptFailure, LogEntry, Outcome } from '#shared/ports/task.ts';
import type { OnEnded } from '#shared/tasks/ended-tasks.ts';
import { failedAttemptOf, refusalOf } from '#shared/tasks/failed-attempt.ts';
import { fold } from '#shared/tasks/fold.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import type { Database } from './database.ts';
import type { InlineConsumer } from './event-bus.ts';
import type { SqliteQuarantine } from './quarantine.ts';
import type { TaskRow, TaskRows } from './task-rows.ts';
import type { TaskTails } from './task-tails.ts';

/** A task that the running transaction has changed. Its row is written once, at the end of the transaction. */
interface Changed {
  readonly current: TaskRow;
  readonly entries: readonly LogEntry[];
}

export interface TaskProjectionParts {
  readonly database: Database;
  readonly rows: TaskRows;
  readonly tails: TaskTails;
  readonly quarantine: SqliteQuarantine;
  readonly onEnded: OnEnded;
}

/** Folds events of agents into the tables, in the publisher's transaction or for the projector's handler. */
export class TaskProjection implements InlineConsumer {
  readonly #database: Database;
  readonly #rows: TaskRows;
  readonly #tails: TaskTails;
  readonly #quarantine: SqliteQuarantine;
  readonly #onEnded: OnEnded;
  /** Each transaction has a new map. */
  #changed = new Map<TaskId, Changed>();

  constructor({ database, rows, tails, quarantine, onEnded }: TaskProjectionParts) {
    this.#database = database;
    this.#rows = rows;
    this.#tails = tails;
    this.#quarantine = quarantine;
    this.#onEnded = onEnded;
  }

  apply(event: BusEvent, position: number): void {
    const agentEvent = agentEventOf(event);
    if (agentEvent) return void this.fold(agentEvent, position);
    const failure = attemptFailureOf(event);
    if (failure) this.noteFailure(failure);
  }

  /** Folds an event and the events that were parked behind it. `archived` is the event's position in the archive. */
  fold(event: AgentEvent, archived: number | undefined): Outcome | { readonly kind: 'unknown' } {
    const id = event.data.taskId as TaskId;
    const changed = this.#changed.get(id);
    const before = changed?.current ?? this.#rows.find(id);
    if (before === undefined) {
      this.#quarantine.putWithin('of a task that does not exist', JSON.stringify(event));
      return { kind: 'unknown' };
    }
    try {
      const outcome = this.#step(before, event, archived);
      for (let next = this.#nextParked(id); next; next = this.#nextParked(id))
        this.#step(next.row, next.event, undefined);
      return outcome;
    } catch (error) {
      // The catcher rolls back the rows. The remembered change goes back with them.
      if (changed) this.#changed.set(id, changed);
      else this.#changed.delete(id);
      throw error;
    }
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
        this.#rows.forgetParked(current.row);
        this.#database.afterDurable(() => this.#onEnded(current.task));
      }
      if (entries.length > 0) this.#database.afterDurable(() => this.#tails.hand(id, entries));
    }
    if (this.#changed.size > 0) this.#changed = new Map();
  }

  /** Forgets the changes of a transaction that failed. */
  abandon(): void {
    if (this.#changed.size > 0) this.#changed = new Map();
  }

  #step(before: TaskRow, event: AgentEvent, archived: number | undefined): Outcome {
    const outcome = fold(before.task, event);
    switch (outcome.kind) {
      case 'applied': {
        // The log points at the archive, unless the entry differs from the event.
        const same =
          outcome.entry.kind !== 'artifact' || outcome.entry.append === (event.data as { append?: boolean }).append;
        this.#rows.append(before.row, outcome.entry, same ? archived : undefined);
        this.#remember({ row: before.row, task: outcome.task }, outcome.entry);
        break;
      }
      case 'parked':
        this.#rows.park(before.row, event);
        break;
      case 'quarantined':
        this.#quarantine.putWithin(outcome.reason, JSON.stringify(event));
        if (outcome.task) this.#remember({ row: before.row, task: outcome.task });
        break;
      case 'dropped':
        break;
      default:
        outcome satisfies never;
    }
    return outcome;
  }

  #nextParked(id: TaskId): { row: TaskRow; event: AgentEvent } | undefined {
    const row = this.#changed.get(id)?.current;
    if (row === undefined || isTerminal(row.task.state)) return undefined;
    const event = this.#rows.unparkNext(row);
    return event && { row, event };
  }

  #remember(current: TaskRow, entry?: LogEntry): void {
    const entries = this.#changed.get(current.task.id)?.entries ?? [];
    this.#changed.set(current.task.id, { current, entries: entry ? [...entries, entry] : entries });
  }
}
