import type { Clock } from '#shared/ports/clock.ts';
import type { OnEnded } from '#shared/tasks/ended-tasks.ts';
import { BegunArtifacts } from './begun-artifacts.ts';
import type { Database } from './database.ts';
import type { SqliteEventBus } from './event-bus.ts';
import { ParkedEvents } from './parked-events.ts';
import type { SqliteQuarantine } from './quarantine.ts';
import { RecentMessages } from './recent-messages.ts';
import { TaskProjection } from './task-projection.ts';
import { TaskRows } from './task-rows.ts';
import { SqliteTaskStore } from './task-store.ts';
import { TaskTails } from './task-tails.ts';

export interface TasksOptions {
  readonly database: Database;
  readonly bus: SqliteEventBus;
  readonly quarantine: SqliteQuarantine;
  readonly clock: Clock;
  /** Milliseconds after its creation at which a task is deleted. */
  readonly retentionMs: number;
  /**
   * The queue whose events the bus folds in the publisher's transaction; undefined: all events go through their queues.
   */
  readonly inlineQueue: string | undefined;
  readonly onEnded?: OnEnded;
}

/** Opens the task store with its parts. If `inlineQueue` is set, the bus folds that queue's events. */
export function openTasks({
  database,
  bus,
  quarantine,
  clock,
  retentionMs,
  inlineQueue,
  onEnded = () => {},
}: TasksOptions): SqliteTaskStore {
  const rows = new TaskRows(database);
  const tails = new TaskTails();
  const parked = new ParkedEvents(database);
  const artifacts = new BegunArtifacts(database);
  const projection = new TaskProjection({ database, rows, tails, quarantine, parked, artifacts, onEnded });
  if (inlineQueue !== undefined) bus.inline(inlineQueue, projection);
  return new SqliteTaskStore({
    database,
    bus,
    rows,
    tails,
    projection,
    retentionMs,
    onEnded,
    messages: new RecentMessages(database, clock),
  });
}
