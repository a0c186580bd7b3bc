import type { StatementSync } from 'node:sqlite';
import { setImmediate as nextTurnOfLoop } from 'node:timers/promises';
import { logEntryOf } from '#shared/events/task-events.ts';
import type { TaskId } from '#shared/ids.ts';
import { InvalidCursorError, TaskExpiresError, TurnConflictError } from '#shared/ports/errors.ts';
import type { BusEvent } from '#shared/ports/event-bus.ts';
import type {
  AgentEvent,
  AttemptFailure,
  FailedAttempt,
  LogEntry,
  MessageEntry,
  Outcome,
  TaskRecord,
} from '#shared/ports/task.ts';
import type {
  ClientTasksPage,
  ClientTasksQuery,
  Created,
  Ending,
  NewTask,
  NextTurn,
  TaskPage,
  TaskQuery,
  TaskStore,
} from '#shared/ports/task-store.ts';
import type { OnEnded } from '#shared/tasks/ended-tasks.ts';
import { isTerminal, isWaitingForClient } from '#shared/tasks/state.ts';
import { endedBy, firstTurn, nextTurn } from '#shared/tasks/transitions.ts';
import { ClientTasks } from './client-tasks.ts';
import type { Database } from './database.ts';
import type { SqliteEventBus } from './event-bus.ts';
import type { MessageKey, RecentMessages } from './recent-messages.ts';
import type { TaskProjection } from './task-projection.ts';
import { type StoredTask, type TaskRow, type TaskRows, toTaskRow } from './task-rows.ts';
import type { TaskTails } from './task-tails.ts';

export interface TaskStoreParts {
  readonly database: Database;
  readonly bus: SqliteEventBus;
  readonly rows: TaskRows;
  readonly tails: TaskTails;
  readonly projection: TaskProjection;
  readonly messages: RecentMessages;
  /** Milliseconds after its creation at which a task is deleted. */
  readonly retentionMs: number;
  readonly onEnded: OnEnded;
}

interface LogPage {
  readonly entries: readonly LogEntry[];
  /** The task when the page was read. */
  readonly task: TaskRecord;
}

/** Bytes that a follower reads of a log at once. A client that reads slowly holds them, and there may be a thousand. */
const TAIL_PAGE_BYTES = 256 * 1024;

/** Tasks on SQLite: a change of a task, its log entry and its event are one transaction. */
export class SqliteTaskStore implements TaskStore {
  readonly #database: Database;
  readonly #bus: SqliteEventBus;
  readonly #rows: TaskRows;
  readonly #tails: TaskTails;
  readonly #projection: TaskProjection;
  readonly #messages: RecentMessages;
  readonly #retentionMs: number;
  readonly #onEnded: OnEnded;
  readonly #overdue: StatementSync;
  readonly #nextDeadline: StatementSync;
  readonly #list: StatementSync;
  readonly #ofClients: ClientTasks;
  #onDeadline: (at: number) => void = () => {};

  constructor(parts: TaskStoreParts) {
    const { database } = parts;
    this.#database = database;
    this.#bus = parts.bus;
    this.#rows = parts.rows;
    this.#tails = parts.tails;
    this.#projection = parts.projection;
    this.#messages = parts.messages;
    this.#retentionMs = parts.retentionMs;
    this.#onEnded = parts.onEnded;
    this.#overdue = database.prepare('SELECT * FROM tasks WHERE open = 1 AND deadline <= ? ORDER BY deadline LIMIT ?');
    this.#nextDeadline = database.prepare('SELECT min(deadline) AS at FROM tasks WHERE open = 1');
    this.#ofClients = new ClientTasks(database);
    this.#list = database.prepare(
      `SELECT * FROM tasks WHERE (?1 IS NULL OR owner = ?1) AND (?2 IS NULL OR agent_id = ?2) AND (?3 IS NULL OR state = ?3)
         AND (?4 IS NULL OR task < ?4) ORDER BY task DESC LIMIT ?5`,
    );
  }

  create(fresh: NewTask): Promise<Created> {
    return this.#database.write(() => {
      const { id } = fresh;
      const known = this.#messages.find(fresh);
      if (known !== undefined && this.#rows.find(known)) return { created: false, taskId: known };
      const { row, task } = this.#rows.insert(firstTurn(fresh));
      const { position } = this.#bus.putWithin(fresh.request);
      const entry = messageEntry(fresh, task);
      this.#rows.append(row, entry, position);
      this.#messages.add(fresh, id, fresh.owner);
      this.#database.afterDurable(() => {
        this.#tails.begin(id, task.position);
        this.#onDeadline(task.deadline);
      });
      return { created: true, task, entry };
    });
  }

  begin(turn: NextTurn): Promise<TaskRecord> {
    return this.#database.write(() => {
      const { row, task } = this.#mustFind(turn.taskId);
      const made = { owner: task.owner, agentId: task.agentId, messageId: turn.messageId };
      // The key has the task id, not the owner: the same message without a task id creates a new task.
      const began = { ...made, owner: task.id };
      if ([made, began].some((key) => this.#messages.find(key) === task.id)) return task;
      if (task.turn !== turn.after || !isWaitingForClient(task.state)) throw new TurnConflictError(task.id, task.state);
      if (turn.deadline > task.createdAt + this.#retentionMs) throw new TaskExpiresError(task.id);
      const next = nextTurn(task, turn);
      const { position } = this.#bus.putWithin(turn.request);
      const entry = messageEntry(turn, next);
      this.#rows.append(row, entry, position);
      this.#rows.update({ row, task: next });
      this.#messages.add(began, task.id, task.owner);
      this.#database.afterDurable(() => {
        this.#tails.hand(task.id, [entry]);
        this.#onDeadline(next.deadline);
      });
      return next;
    });
  }

  async apply(event: AgentEvent): Promise<Outcome | { readonly kind: 'unknown' }> {
    const { outcome, hasMore } = await this.#project(() => this.#projection.fold(event, undefined));
    for (let more = hasMore; more; ) {
      const unparked = await this.#project(() => this.#projection.unpark(event.data.taskId as TaskId));
      if (unparked.exceeded) return unparked.exceeded;
      more = unparked.hasMore;
    }
    return outcome;
  }

  noteFailedAttempt(failure: AttemptFailure): Promise<void> {
    return this.#database.write(() => this.#projection.noteFailure(failure));
  }

  async failedAttempts(id: TaskId): Promise<readonly FailedAttempt[]> {
    return this.#database.read(() => {
      const found = this.#rows.find(id);
      return found ? this.#rows.failures(found.row) : [];
    });
  }

  end(ending: Ending): Promise<boolean> {
    return this.#database.write(() => {
      const { row, task } = this.#mustFind(ending.taskId);
      if (isTerminal(task.state)) return false;
      const { task: ended, entry } = endedBy(ending.status, task);
      for (const event of ending.events(ended)) this.#bus.putWithin(event);
      this.#rows.append(row, entry, undefined);
      this.#rows.update({ row, task: ended });
      this.#projection.forget({ row, task: ended });
      this.#database.afterDurable(() => {
        this.#tails.hand(task.id, [entry]);
        this.#onEnded(ended);
      });
      return true;
    });
  }

  /** Whether the mesh still recognizes the message. Retention keeps the rows of these messages. */
  knows(message: MessageKey): boolean {
    return this.#messages.find(message) !== undefined;
  }

  async get(id: TaskId): Promise<TaskRecord | undefined> {
    return this.#database.read(() => this.#rows.find(id)?.task);
  }

  async *read(id: TaskId, after: number): AsyncIterable<readonly LogEntry[]> {
    let until = Number.POSITIVE_INFINITY;
    for (let position = after; position < until; ) {
      const page = await this.#database.read(() => this.#pageAfter(id, position));
      const last = page?.entries.at(-1);
      if (page === undefined || last === undefined) return;
      // Entries that come while the log is read belong to the next read.
      until = Math.min(until, page.task.position);
      position = last.position;
      yield page.entries;
      // A long log must not hold up everybody else.
      if (position < until) await nextTurnOfLoop();
    }
  }

  async *tail(id: TaskId, after: number, signal: AbortSignal): AsyncIterable<readonly LogEntry[]> {
    const tail = this.#tails.open(id);
    try {
      let position = after;
      // Most tails begin at the newest entry of a task. Then there is nothing to read.
      if (this.#tails.isAt(id, after)) tail.caughtUp();
      for (;;) {
        if (signal.aborted) return;
        if (tail.isBehind) {
          tail.caughtUp();
          const page = await this.#database.read(() => this.#pageAfter(id, position, TAIL_PAGE_BYTES));
          if (page === undefined) return;
          const last = page.entries.at(-1);
          if (last !== undefined) {
            position = last.position;
            yield page.entries;
          }
          if (position < page.task.position) {
            // The store has removed the log of a task that ended long ago.
            if (last === undefined) return;
            tail.fallBehind();
            await nextTurnOfLoop();
          } else if (isTerminal(page.task.state)) return;
          continue;
        }
        const fresh = (await tail.next(signal)).filter((entry) => entry.position > position);
        const last = fresh.at(-1);
        if (last === undefined) continue;
        position = last.position;
        yield fresh;
        if (last.kind === 'status' && isTerminal(last.status.state)) return;
      }
    } finally {
      this.#tails.close(id, tail);
    }
  }

  async list(query: TaskQuery): Promise<TaskPage> {
    if (query.cursor !== undefined && !/^[0-9]{1,15}$/.test(query.cursor)) throw new InvalidCursorError();
    const { owner = null, agentId = null, state = null, limit, cursor } = query;
    const rows = (await this.#database.read(() =>
      this.#list.all(owner, agentId, state, cursor === undefined ? null : Number(cursor), limit + 1),
    )) as unknown as StoredTask[];
    const page = rows.slice(0, limit);
    const next = rows.length > limit ? page.at(-1)?.task : undefined;
    return { tasks: page.map((row) => toTaskRow(row).task), ...(next !== undefined && { next: String(next) }) };
  }

  listOfClient(query: ClientTasksQuery): Promise<ClientTasksPage> {
    return this.#ofClients.list(query);
  }

  async overdue(now: number, limit: number): Promise<readonly TaskRecord[]> {
    const rows = await this.#database.read(() => this.#overdue.all(now, limit));
    return (rows as unknown as StoredTask[]).map((row) => toTaskRow(row).task);
  }

  /** A task and its events are one commit, so no event is ever left to publish. */
  async recover(): Promise<number> {
    return 0;
  }

  /** Calls back with the earliest deadline now, and later with every new one. A timer then runs the sweep in time. */
  watchDeadlines(onDeadline: (at: number) => void): void {
    this.#onDeadline = onDeadline;
    const earliest = this.#nextDeadline.get()?.at;
    if (typeof earliest === 'number') onDeadline(earliest);
  }

  /** Runs work of the projection as one transaction. */
  #project<T>(work: () => T): Promise<T> {
    return this.#database.write(() => {
      try {
        const result = work();
        this.#projection.finish();
        return result;
      } catch (error) {
        this.#projection.abandon();
        throw error;
      }
    });
  }

  #pageAfter(id: TaskId, after: number, maxBytes?: number): LogPage | undefined {
    const known = this.#rows.find(id);
    return known && { entries: this.#rows.log(known.row, after, maxBytes), task: known.task };
  }

  #mustFind(id: TaskId): TaskRow {
    const found = this.#rows.find(id);
    if (found === undefined) throw new Error(`task ${id} does not exist`);
    return found;
  }
}

/** The log entry of a client's message, equal to the entry that a later read makes from the archived request. */
function messageEntry(from: { readonly request: { readonly detail: object } }, task: TaskRecord): MessageEntry {
  const event = { 'detail-type': 'TaskRequested.v1', detail: from.request.detail } as BusEvent;
  return logEntryOf(event, { position: task.position, turn: task.turn, attempt: 0 }) as MessageEntry;
}
