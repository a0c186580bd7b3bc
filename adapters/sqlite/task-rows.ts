import type { StatementSync } from 'node:sqlite';
import { logEntryOf } from '#shared/events/task-events.ts';
import type { TaskId } from '#shared/ids.ts';
import type { BusEvent } from '#shared/ports/event-bus.ts';
import type { AgentEvent, FailedAttempt, LogEntry, TaskRecord } from '#shared/ports/task.ts';
import { ShortLivedMap } from '#shared/short-lived.ts';
import { byAttempt, slotOf } from '#shared/tasks/failed-attempt.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import type { Database } from './database.ts';
import { readPage } from './page.ts';

/** A task and the number of its row. The rows of the log refer to this number. */
export interface TaskRow {
  readonly row: number;
  readonly task: TaskRecord;
}

export interface StoredTask {
  task: number;
  id: string;
  context_id: string;
  agent_id: string;
  owner: string;
  state: string;
  status_at: number;
  created_at: number;
  deadline: number;
  turn: number;
  attempt: number;
  sequence: number;
  attempt_base: number;
  position: number;
  artifacts: string;
}

interface StoredEntry {
  position: number;
  turn: number;
  attempt: number;
  entry: string | null;
  event: string | null;
}

/** The most entries of a page of a log. A page of many small entries would otherwise hold up everybody else. */
const LOG_PAGE = 1_000;
/** The maximum number of open tasks in memory. */
const MAX_OPEN = 10_000;
/** A task with more artifacts is not kept in memory, because the ids of one task's artifacts may have 300 KB. */
const MAX_ARTIFACTS = 100;

/** The statements on the tables of tasks, logs, parked events and failed attempts. Use them only inside transactions. */
export class TaskRows {
  readonly #database: Database;
  /** The newest open tasks, equal to their rows. Most events are about these tasks. */
  readonly #open = new ShortLivedMap<TaskId, TaskRow>();
  /** The rows of the tasks that may have parked events. They are few, and this spares a search for every event. */
  readonly #mayHaveParked = new Set<number>();
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #update: StatementSync;
  readonly #append: StatementSync;
  readonly #log: StatementSync;
  readonly #park: StatementSync;
  readonly #parked: StatementSync;
  readonly #unpark: StatementSync;
  readonly #forget: StatementSync;
  readonly #noteFailure: StatementSync;
  readonly #failures: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT INTO tasks (id, context_id, agent_id, owner, state, status_at, created_at, deadline, turn, attempt, sequence,
         attempt_base, position, open, artifacts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, '[]')`,
    );
    this.#select = database.prepare('SELECT * FROM tasks WHERE id = ?');
    this.#update = database.prepare(
      `UPDATE tasks SET state = ?, status_at = ?, deadline = ?, turn = ?, attempt = ?, sequence = ?, attempt_base = ?,
         position = ?, open = ?, artifacts = ? WHERE task = ?`,
    );
    this.#append = database.prepare(
      'INSERT INTO task_log (task, position, event, entry, turn, attempt) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#log = database.prepare(
      `SELECT l.position, l.turn, l.attempt, l.entry, e.event FROM task_log l LEFT JOIN events e ON e.position = l.event
       WHERE l.task = ? AND l.position > ? ORDER BY l.position LIMIT ${LOG_PAGE}`,
    );
    this.#park = database.prepare(
      'INSERT OR IGNORE INTO task_parked (task, turn, attempt, sequence, event) VALUES (?, ?, ?, ?, ?)',
    );
    this.#parked = database.prepare(
      'SELECT event FROM task_parked WHERE task = ? AND turn = ? AND attempt = ? AND sequence = ?',
    );
    this.#unpark = database.prepare(
      'DELETE FROM task_parked WHERE task = ? AND turn = ? AND attempt = ? AND sequence = ?',
    );
    this.#forget = database.prepare('DELETE FROM task_parked WHERE task = ?');
    this.#noteFailure = database.prepare('INSERT OR REPLACE INTO task_failures (task, slot, failure) VALUES (?, ?, ?)');
    this.#failures = database.prepare('SELECT failure FROM task_failures WHERE task = ?');
    for (const { task } of database.prepare('SELECT DISTINCT task FROM task_parked').iterate()) {
      this.#mayHaveParked.add(Number(task));
    }
  }

  insert(task: TaskRecord): TaskRow {
    const { lastInsertRowid } = this.#insert.run(
      task.id,
      task.contextId,
      task.agentId,
      task.owner,
      task.state,
      task.statusAt,
      task.createdAt,
      task.deadline,
      task.turn,
      task.attempt,
      task.sequence,
      task.attemptBase,
      task.position,
    );
    const row = { row: Number(lastInsertRowid), task };
    this.#remember(row);
    return row;
  }

  find(id: TaskId): TaskRow | undefined {
    const open = this.#open.get(id);
    if (open !== undefined) return open;
    const stored = this.#select.get(id);
    return stored === undefined ? undefined : toTaskRow(stored as unknown as StoredTask);
  }

  update(changed: TaskRow): void {
    const { row, task } = changed;
    const ended = isTerminal(task.state);
    this.#update.run(
      task.state,
      task.statusAt,
      task.deadline,
      task.turn,
      task.attempt,
      task.sequence,
      task.attemptBase,
      task.position,
      ended ? null : 1,
      JSON.stringify(task.artifacts),
      row,
    );
    if (ended) this.#open.delete(task.id);
    else this.#remember(changed);
  }

  /** An entry of an archived event points at the event. Any other entry is stored itself. */
  append(row: number, entry: LogEntry, archived: number | undefined): void {
    const { position, turn, attempt } = entry;
    if (archived === undefined) this.#append.run(row, position, null, JSON.stringify(entry), turn, attempt);
    else this.#append.run(row, position, archived, null, turn, attempt);
  }

  /** The next page of a log. An empty page is the end. */
  log(row: number, after: number): readonly LogEntry[] {
    return readPage<StoredEntry>(this.#log.iterate(row, after), entryBytes).rows.map(toEntry);
  }

  park(row: number, event: AgentEvent): void {
    const { turn, attempt, sequence } = event.data;
    // A rollback need not undo this: a task in this set may have no parked event.
    this.#mayHaveParked.add(row);
    this.#park.run(row, turn, attempt, sequence, JSON.stringify(event));
  }

  /** Removes and returns the next parked event in order, if it has arrived. */
  unparkNext({ row, task }: TaskRow): AgentEvent | undefined {
    if (!this.#mayHaveParked.has(row)) return undefined;
    const next = [row, task.turn, task.attempt, task.sequence + 1] as const;
    const parked = this.#parked.get(...next);
    if (parked === undefined) return undefined;
    this.#unpark.run(...next);
    return JSON.parse(String(parked.event));
  }

  forgetParked(row: number): void {
    if (!this.#mayHaveParked.has(row)) return;
    this.#forget.run(row);
    this.#database.afterDurable(() => this.#mayHaveParked.delete(row));
  }

  noteFailure(row: number, failure: FailedAttempt): void {
    this.#noteFailure.run(row, slotOf(failure), JSON.stringify(failure));
  }

  failures(row: number): FailedAttempt[] {
    const stored = this.#failures.all(row) as unknown as { readonly failure: string }[];
    return stored.map(({ failure }): FailedAttempt => JSON.parse(failure)).sort(byAttempt);
  }

  #remember(open: TaskRow): void {
    const { id, artifacts } = open.task;
    if (artifacts.length > MAX_ARTIFACTS) {
      this.#open.delete(id);
      return;
    }
    if (this.#open.size >= MAX_OPEN && !this.#open.has(id)) return;
    this.#open.set(id, open);
    this.#database.onRollback(() => this.#open.delete(id));
  }
}

export function toTaskRow(stored: StoredTask): TaskRow {
  return {
    row: stored.task,
    task: {
      id: stored.id as TaskId,
      contextId: stored.context_id as TaskRecord['contextId'],
      agentId: stored.agent_id as TaskRecord['agentId'],
      owner: stored.owner,
      state: stored.state as TaskRecord['state'],
      statusAt: stored.status_at,
      createdAt: stored.created_at,
      deadline: stored.deadline,
      turn: stored.turn,
      attempt: stored.attempt,
      sequence: stored.sequence,
      attemptBase: stored.attempt_base,
      position: stored.position,
      artifacts: stored.artifacts === '[]' ? [] : JSON.parse(stored.artifacts),
    },
  };
}

function entryBytes({ entry, event }: StoredEntry): number {
  return Buffer.byteLength(entry ?? event ?? '');
}

function toEntry(stored: StoredEntry): LogEntry {
  if (stored.entry !== null) return JSON.parse(stored.entry);
  if (stored.event === null) throw new Error('an entry of the log points at an event that the archive lacks');
  const event: BusEvent = JSON.parse(stored.event);
  return logEntryOf(event, stored);
}
