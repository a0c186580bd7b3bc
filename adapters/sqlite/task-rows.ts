import type { StatementSync } from 'node:sqlite';
import { logEntryOf } from '#shared/events/task-events.ts';
import { parseJson } from '#shared/exact-json.ts';
import type { TaskId } from '#shared/ids.ts';
import type { BusEvent } from '#shared/ports/event-bus.ts';
import type { FailedAttempt, LogEntry, TaskRecord } from '#shared/ports/task.ts';
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
  bytes: number;
  artifacts: string;
  artifact_count: number;
}

interface StoredEntry {
  position: number;
  turn: number;
  attempt: number;
  /** The position of the event in the archive. */
  archived: number | null;
  /** The entry itself; of an entry that points at an event, the index of its artifact. */
  entry: string | null;
  event: string | null;
}

/** The most entries of a page of a log. A page of many small entries would otherwise hold up everybody else. */
const LOG_PAGE = 1_000;
/** The maximum number of open tasks in memory. */
const MAX_OPEN = 10_000;

/** The statements on the tables of tasks, logs and failed attempts. Use them only inside transactions. */
export class TaskRows {
  readonly #database: Database;
  /** The newest open tasks, equal to their rows. Most events are about these tasks. */
  readonly #open = new ShortLivedMap<TaskId, TaskRow>();
  readonly #insert: StatementSync;
  readonly #select: StatementSync;
  readonly #update: StatementSync;
  readonly #append: StatementSync;
  readonly #log: StatementSync;
  readonly #noteFailure: StatementSync;
  readonly #failures: StatementSync;

  constructor(database: Database) {
    this.#database = database;
    this.#insert = database.prepare(
      `INSERT INTO tasks (id, context_id, agent_id, owner, state, status_at, created_at, deadline, turn, attempt, sequence,
         attempt_base, position, bytes, open, artifacts) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, '[]')`,
    );
    this.#select = database.prepare('SELECT * FROM tasks WHERE id = ?');
    this.#update = database.prepare(
      `UPDATE tasks SET state = ?, status_at = ?, deadline = ?, turn = ?, attempt = ?, sequence = ?, attempt_base = ?,
         position = ?, bytes = ?, open = ?, artifacts = ?, artifact_count = ? WHERE task = ?`,
    );
    this.#append = database.prepare(
      'INSERT INTO task_log (task, position, event, entry, turn, attempt) VALUES (?, ?, ?, ?, ?, ?)',
    );
    this.#log = database.prepare(
      `SELECT l.position, l.turn, l.attempt, l.event AS archived, l.entry, e.event FROM task_log l LEFT JOIN events e ON e.position = l.event
       WHERE l.task = ? AND l.position > ? ORDER BY l.position LIMIT ${LOG_PAGE}`,
    );
    this.#noteFailure = database.prepare('INSERT OR REPLACE INTO task_failures (task, slot, failure) VALUES (?, ?, ?)');
    this.#failures = database.prepare('SELECT failure FROM task_failures WHERE task = ?');
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
      task.bytes,
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
      task.bytes,
      ended ? null : 1,
      JSON.stringify(task.artifacts),
      task.artifactCount,
      row,
    );
    if (ended) this.#open.delete(task.id);
    else this.#remember(changed);
  }

  /**
   * An entry of an archived event points at the event, and at one of its artifacts if it has an `artifactIndex`. Any other
   * entry is stored itself.
   */
  append(row: number, entry: LogEntry, archived: number | undefined, artifactIndex?: number): void {
    const { position, turn, attempt } = entry;
    if (archived === undefined) this.#append.run(row, position, null, JSON.stringify(entry), turn, attempt);
    else this.#append.run(row, position, archived, artifactIndex?.toString() ?? null, turn, attempt);
  }

  /** The next page of a log. An empty page is the end. */
  log(row: number, after: number, maxBytes?: number): readonly LogEntry[] {
    return readPage<StoredEntry>(this.#log.iterate(row, after), entryBytes, maxBytes).rows.map(toEntry);
  }

  noteFailure(row: number, failure: FailedAttempt): void {
    this.#noteFailure.run(row, slotOf(failure), JSON.stringify(failure));
  }

  failures(row: number): FailedAttempt[] {
    const stored = this.#failures.all(row) as unknown as { readonly failure: string }[];
    return stored.map(({ failure }): FailedAttempt => JSON.parse(failure)).sort(byAttempt);
  }

  #remember(open: TaskRow): void {
    const { id } = open.task;
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
      bytes: stored.bytes,
      artifacts: stored.artifacts === '[]' ? [] : JSON.parse(stored.artifacts),
      artifactCount: stored.artifact_count,
    },
  };
}

function entryBytes({ entry, event }: StoredEntry): number {
  return Buffer.byteLength(event ?? entry ?? '');
}

function toEntry(stored: StoredEntry): LogEntry {
  const { archived, entry, event: text } = stored;
  if (archived === null) return parseJson(entry ?? '') as LogEntry;
  if (text === null) throw new Error('an entry of the log points at an event that the archive lacks');
  return pointedEntry(text, stored);
}

/** The entry that points at an archived event. */
export function pointedEntry(
  event: string,
  stored: Pick<StoredEntry, 'position' | 'turn' | 'attempt' | 'entry'>,
): LogEntry {
  const index = stored.entry === null ? undefined : Number(stored.entry);
  return logEntryOf(parseJson(event) as BusEvent, stored, index);
}
