import type { TaskStatus } from '#shared/a2a/types.ts';
import type { AgentId, TaskId } from '#shared/ids.ts';
import type { BusEntry } from './event-bus.ts';
import type { AgentEvent, AttemptFailure, FailedAttempt, LogEntry, Outcome, TaskRecord } from './task.ts';

export interface NewTask {
  readonly id: TaskId;
  readonly contextId: TaskRecord['contextId'];
  readonly agentId: AgentId;
  readonly owner: string;
  readonly createdAt: number;
  readonly deadline: number;
  /**
   * What tells a message that comes again: its own id, or the idempotency key of its request. One message of one owner to one
   * agent makes one task, however often it is sent.
   */
  readonly messageId: string;
  /** `TaskRequested.v1`. The store publishes it together with the task. */
  readonly request: BusEntry;
  /** The caller follows the log (`tail`) as soon as the task is made. An adapter may then put off what the agent's answer does. */
  readonly isFollowed?: boolean;
}

export interface NextTurn {
  readonly taskId: TaskId;
  /** The turn that this one follows. `begin` fails if another message has begun a later turn. */
  readonly after: number;
  readonly at: number;
  readonly deadline: number;
  readonly messageId: string;
  readonly request: BusEntry;
}

export interface Ending {
  readonly taskId: TaskId;
  readonly status: TaskStatus;
  /** Makes the events to publish with the end. Gets the task in its final state. */
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
  /** The `next` of the previous page. */
  readonly cursor?: string;
}

export interface TaskPage {
  readonly tasks: readonly TaskRecord[];
  readonly next?: string;
}

/** The tasks of one client at one agent. */
export interface ClientTasksQuery {
  readonly owner: string;
  readonly agentId: AgentId;
  readonly contextId?: TaskRecord['contextId'];
  readonly state?: TaskRecord['state'];
  /** Milliseconds since 1970: tasks whose status is of this time or later. */
  readonly statusSince?: number;
  /** At most 100. */
  readonly limit: number;
  /** The `cursor` of a task, or the `next` of a page: the page begins after it. */
  readonly cursor?: string;
}

export interface ClientTask {
  readonly task: TaskRecord;
  readonly cursor: string;
}

export interface ClientTasksPage {
  readonly tasks: readonly ClientTask[];
  readonly next?: string;
  /** Of the tasks on all pages. It is exact up to `MAX_TOTAL`, and never more. */
  readonly total: number;
}

export const MAX_TOTAL = 10_000;

/**
 * Stores tasks and their logs, and follows a log.
 *
 * Contract:
 * - `create` stores the task, its first log entry and the request event in one atomic step. If the same message made a
 *   task within the last hour, `create` makes no new task and returns that task's id. A message that began a later turn of
 *   a task may still make a task.
 * - `begin` does the same for the next turn of a task that waits for its client. A message begins no turn if, within the
 *   last hour, it made the task or began one of the task's newest twenty turns.
 * - `apply` folds an agent's event (fold.ts) and the parked events that follow it. Any order and any number of deliveries
 *   give the same log. The caller applies the events of a batch at the same time, so that an adapter may write the events
 *   of one task together. An event that fails does not affect the others.
 * - Parked events are folded in slices. After a crash between two slices, the next delivery of any event of the task goes
 *   on. `apply` resolves after the last slice.
 * - `apply` returns `exceeded` when the event, or a parked event that follows it, passes a bound of the task (bounds.ts).
 *   The caller then ends the task.
 * - `noteFailedAttempt` keeps the cause of an attempt that failed, also when the task has ended. A second delivery changes
 *   nothing. A failure that is not from the task's agent goes to the quarantine. A task keeps at most
 *   `MAX_FAILED_ATTEMPTS` causes: those of later turns replace those of earlier turns.
 * - `failedAttempts` gives them in the order of turn and attempt.
 * - Positions are integers from 1 without gaps.
 * - `tail` yields each entry after a position once and in order, until the task has ended or `signal` aborts. Each entry
 *   that it yields is durable.
 * - `list` returns the newest task first. A page may be short, even empty, although more pages follow. The last page has
 *   no `next`. A foreign cursor throws `InvalidCursorError`.
 * - `listOfClient` returns the newest status first. While tasks change, the pages show each task that does not change once.
 *   The work does not depend on the tasks of other clients. A task that changes is shown again only on a page that begins
 *   later. On AWS, a change may reach the list some milliseconds late, and a new task whose log is followed (`isFollowed`) only
 *   with the agent's first event, after 5 s, or when nobody follows it any more. A page may be short, even empty, although
 *   more follow. A foreign cursor throws `InvalidCursorError`.
 * - `end` moves a task to a terminal state and publishes the events. It returns false, and does nothing, if the task has
 *   already ended.
 * - The store tells its owner (`onEnded`) of each task that has ended, once, when the end is durable: of an end by `apply`
 *   or by the inline fold, and of an end by `end`. After a crash between the two, the owner is not told.
 * - The store deletes an ended task a number of days after the task's creation. The number is the same on both runtimes.
 *   No turn outlives its task: `begin` refuses such a turn.
 * - An adapter that cannot store and publish in one step stores first and notes the events to publish. `recover` publishes
 *   the noted events that a dead process left before a given time, and returns the number of their tasks. The recovered
 *   request has an `attemptBase` above each attempt that an earlier request can have caused.
 */
export interface TaskStore {
  create(task: NewTask): Promise<Created>;
  /**
   * @throws TurnConflictError when the task does not wait for its client any more.
   * @throws TaskExpiresError when the turn's deadline is after the time at which the store deletes the task.
   * @throws TaskFullError when the task passes a bound with the message.
   */
  begin(turn: NextTurn): Promise<TaskRecord>;
  apply(event: AgentEvent): Promise<Outcome | { readonly kind: 'unknown' }>;
  noteFailedAttempt(failure: AttemptFailure): Promise<void>;
  failedAttempts(id: TaskId): Promise<readonly FailedAttempt[]>;
  end(ending: Ending): Promise<boolean>;
  get(id: TaskId): Promise<TaskRecord | undefined>;
  /**
   * Yields the entries after a position in pages, in order, up to the newest entry at the first page. A page also ends at
   * a number of bytes. No page is empty.
   */
  read(id: TaskId, after: number): AsyncIterable<readonly LogEntry[]>;
  tail(id: TaskId, after: number, signal: AbortSignal): AsyncIterable<readonly LogEntry[]>;
  list(query: TaskQuery): Promise<TaskPage>;
  listOfClient(query: ClientTasksQuery): Promise<ClientTasksPage>;
  /** Tasks that have not ended and whose deadline is at or before `now`, the oldest deadline first. */
  overdue(now: number, limit: number): Promise<readonly TaskRecord[]>;
  recover(before: number): Promise<number>;
}
