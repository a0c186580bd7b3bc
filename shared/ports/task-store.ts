import type { TaskStatus } from '#shared/a2a/types.ts';
import type { AgentId, TaskId } from '#shared/ids.ts';
import type { BusEntry } from './event-bus.ts';
import type { AgentEvent, LogEntry, Outcome, TaskRecord } from './task.ts';

export interface NewTask {
  readonly id: TaskId;
  readonly contextId: TaskRecord['contextId'];
  readonly agentId: AgentId;
  readonly owner: string;
  readonly createdAt: number;
  readonly deadline: number;
  /** The message's id: the same owner's same message to the same agent makes one task. */
  readonly messageId: string;
  /** `TaskRequested.v1`, which goes out with the task or not at all. */
  readonly request: BusEntry;
}

export interface NextTurn {
  readonly taskId: TaskId;
  /** The turn that this one follows: another's message that came first makes this one fail. */
  readonly after: number;
  readonly at: number;
  readonly deadline: number;
  readonly messageId: string;
  readonly request: BusEntry;
}

export interface Ending {
  readonly taskId: TaskId;
  readonly status: TaskStatus;
  /** What to publish with the end, made of the task as it ended. */
  readonly events: (task: TaskRecord) => readonly BusEntry[];
}

export type Created =
  | { readonly created: true; readonly task: TaskRecord; readonly entry: LogEntry }
  | { readonly created: false; readonly taskId: TaskId };

export interface TaskQuery {
  readonly owner?: string;
  readonly agentId?: AgentId;
  readonly state?: TaskRecord['state'];
  /** At most 100. */
  readonly limit: number;
  /** The `next` of the page before. */
  readonly cursor?: string;
}

export interface TaskPage {
  readonly tasks: readonly TaskRecord[];
  readonly next?: string;
}

/**
 * The tasks, their logs and the tail of a log.
 *
 * Contract:
 * - `create` stores the task, its first log entry and the request event in one step: a crash leaves all or none. A
 *   message that made a task within the last hour makes no other, and answers with that task's id; one that began a turn
 *   of a task makes one of its own.
 * - `begin` does the same for the next turn of a task that waits for its client; a message that made the task, or began
 *   one of its newest twenty turns, within the last hour begins no other.
 * - `apply` folds an agent's event (see fold.ts) and whatever was parked behind it; any order and any number of
 *   deliveries give the same log. Events of a batch are given at once, not one after the other: an adapter may write
 *   those of a task together. One that fails leaves its neighbours alone.
 * - Positions are integers from 1 without gaps.
 * - `tail` gives every entry after a position, in order, none twice, and goes on until the task has ended or `signal`
 *   aborts. What it gives is durable.
 * - `list` gives the newest first, and throws InvalidCursorError for a cursor that is not its own. A page may be short
 *   where little of what was looked through matched; it is the last when it has no `next`.
 * - `end` moves a task that has not ended to a terminal state and publishes; it is false for one that had.
 * - A task that has ended is deleted a number of days after its creation, which the mesh sets for both runtimes. No turn
 *   outlives its task: `begin` refuses it.
 * - An adapter that cannot store and publish in one step stores first, with a note of what is to be published. `recover`
 *   publishes what was stored before a time and is noted still, as its process died in between, and gives the number of
 *   such tasks. A request goes out with an `attemptBase` past every attempt that an earlier one can have led to.
 */
export interface TaskStore {
  create(task: NewTask): Promise<Created>;
  /**
   * @throws TurnConflictError when the task does not wait for its client any more.
   * @throws TaskExpiresError when the turn's deadline is after the time at which the store deletes the task.
   */
  begin(turn: NextTurn): Promise<TaskRecord>;
  apply(event: AgentEvent): Promise<Outcome | { readonly kind: 'unknown' }>;
  end(ending: Ending): Promise<boolean>;
  get(id: TaskId): Promise<TaskRecord | undefined>;
  /** Entries after a position, in order. */
  read(id: TaskId, after: number): Promise<readonly LogEntry[]>;
  tail(id: TaskId, after: number, signal: AbortSignal): AsyncIterable<readonly LogEntry[]>;
  list(query: TaskQuery): Promise<TaskPage>;
  /** Tasks that have not ended and whose deadline is at or before `now`, the oldest deadline first. */
  overdue(now: number, limit: number): Promise<readonly TaskRecord[]>;
  recover(before: number): Promise<number>;
}
