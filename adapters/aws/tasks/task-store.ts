import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { TaskId } from '#shared/ids.ts';
import type { BlobStore } from '#shared/ports/blob-store.ts';
import type { Clock } from '#shared/ports/clock.ts';
import type { EventBus } from '#shared/ports/event-bus.ts';
import type { Quarantine } from '#shared/ports/quarantine.ts';
import type { AgentEvent, AttemptFailure, FailedAttempt, LogEntry, TaskRecord } from '#shared/ports/task.ts';
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
import type { Logger } from '#shared/telemetry/logger.ts';
import { BegunArtifacts } from './begun-artifacts.ts';
import { listOfClient } from './client-tasks.ts';
import { TaskCreation } from './creation.ts';
import { TaskFailures } from './failures.ts';
import { type ListingOptions, listTasks } from './listing.ts';
import { TaskLog } from './log.ts';
import { MadeTasks } from './made-tasks.ts';
import { RecentMessages } from './messages.ts';
import { TaskOutbox } from './outbox.ts';
import { ParkedEvents } from './parked.ts';
import { type Applied, TaskProjection } from './projection.ts';
import { SentNotes } from './sent-notes.ts';
import { TaskSweep } from './sweep.ts';
import { TaskTable } from './table.ts';
import { tailLog } from './tail.ts';
import { TaskTurns } from './turns.ts';
import { TaskWriter } from './writer.ts';

export interface DynamoTaskStoreOptions {
  readonly documents: DynamoDBDocumentClient;
  readonly table: string;
  readonly bus: Pick<EventBus, 'put'>;
  /** Stores entries that are too large for an item. They expire by the store's own rule, not before the task. */
  readonly blobs: BlobStore;
  readonly quarantine: Quarantine;
  readonly clock: Clock;
  readonly log: Logger;
  /** Milliseconds after its creation at which a task is deleted. */
  readonly retentionMs: number;
  readonly onEnded?: OnEnded;
}

/**
 * Tasks on DynamoDB. docs/decisions/0006-tasks-on-dynamodb.md describes the items, the order of the writes and their
 * costs. Every change of a task is one conditional write of its state item.
 */
export class DynamoTaskStore implements TaskStore {
  readonly #table: TaskTable;
  readonly #log: TaskLog;
  readonly #creation: TaskCreation;
  readonly #turns: TaskTurns;
  readonly #projection: TaskProjection;
  readonly #failures: TaskFailures;
  readonly #sweep: TaskSweep;
  readonly #listing: ListingOptions;
  readonly #notes: SentNotes;

  constructor(options: DynamoTaskStoreOptions) {
    const { documents, bus, blobs, quarantine, clock, log: logger, retentionMs, onEnded = () => {} } = options;
    const table = new TaskTable(documents, options.table, clock);
    const log = new TaskLog(table, blobs);
    const writer = new TaskWriter(table, log, onEnded);
    const outbox = new TaskOutbox({ table, log, writer, bus, logger });
    const parts = { table, log, writer, outbox, clock };
    const messages = new RecentMessages(table, clock);
    const made = new MadeTasks(table);
    this.#table = table;
    this.#log = log;
    this.#notes = new SentNotes(outbox);
    this.#creation = new TaskCreation({ ...parts, messages, notes: this.#notes, logger, retentionMs });
    this.#turns = new TaskTurns(parts);
    this.#projection = new TaskProjection({
      table,
      writer,
      parked: new ParkedEvents(table, log),
      artifacts: new BegunArtifacts(table),
      quarantine,
    });
    this.#failures = new TaskFailures(table, quarantine);
    this.#sweep = new TaskSweep({ ...parts, made, creation: this.#creation, logger });
    this.#listing = { table, made, clock, retentionMs };
  }

  create(task: NewTask): Promise<Created> {
    return this.#creation.create(task);
  }

  begin(turn: NextTurn): Promise<TaskRecord> {
    return this.#turns.begin(turn);
  }

  apply(event: AgentEvent): Promise<Applied> {
    return this.#projection.apply(event);
  }

  noteFailedAttempt(failure: AttemptFailure): Promise<void> {
    return this.#failures.note(failure);
  }

  failedAttempts(id: TaskId): Promise<readonly FailedAttempt[]> {
    return this.#failures.of(id);
  }

  end(ending: Ending): Promise<boolean> {
    return this.#turns.end(ending);
  }

  async get(id: TaskId): Promise<TaskRecord | undefined> {
    return (await this.#table.get(id))?.task;
  }

  async *read(id: TaskId, after: number): AsyncIterable<readonly LogEntry[]> {
    const opened = await this.#log.open(id, after);
    if (opened) yield* opened.pages;
  }

  async *tail(id: TaskId, after: number, signal: AbortSignal): AsyncIterable<readonly LogEntry[]> {
    try {
      for await (const entries of tailLog(this.#log, id, after, signal)) {
        this.#notes.drop(id);
        yield entries;
      }
    } finally {
      await this.#notes.make(id);
    }
  }

  list(query: TaskQuery): Promise<TaskPage> {
    return listTasks(this.#listing, query);
  }

  listOfClient(query: ClientTasksQuery): Promise<ClientTasksPage> {
    return listOfClient(this.#table, query);
  }

  overdue(now: number, limit: number): Promise<readonly TaskRecord[]> {
    return this.#sweep.overdue(now, limit);
  }

  recover(before: number): Promise<number> {
    return this.#sweep.recover(before);
  }
}
