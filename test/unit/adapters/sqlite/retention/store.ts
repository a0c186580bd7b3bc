import { Retention, type RetentionOptions } from '#adapters/sqlite/retention/retention.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { NewTask } from '#shared/ports/task-store.ts';
import type { Counters } from '#shared/telemetry/metrics.ts';
import { openSqlite } from '#test/support/sqlite.ts';
import { entry, entryOf, newTask, noon, statusEvent } from '#test/support/task-events.ts';

/**
 * A clock for all tests of a file: ids of events bear the time and never go back within a process, and retention reads
 * them.
 */
export class ForwardClock {
  #now = noon + 1_000;
  now(): number {
    return this.#now;
  }
  advance(milliseconds: number): void {
    this.#now += milliseconds;
  }
}

export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;

export interface Line {
  readonly level: string;
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The SQLite adapters with a retention, and what it logs and counts. */
export async function openStore(clock: ForwardClock, folder?: string) {
  const sqlite = await openSqlite(clock, folder);
  const lines: Line[] = [];
  const counts = new Map<string, number>();
  const write = (level: string) => (message: string, fields?: object) =>
    lines.push({ level, message, fields: { ...fields } });
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const metrics: Counters = {
    count(name, labels, by = 1) {
      const series = [name, ...Object.values(labels)].join(' ');
      counts.set(series, (counts.get(series) ?? 0) + by);
    },
  };
  const keeping = (options: Partial<RetentionOptions> = {}) =>
    new Retention({
      database: sqlite.database,
      clock,
      ageClock: clock,
      log: log as unknown as RetentionOptions['log'],
      metrics,
      age: DAY,
      maxStore: Number.MAX_SAFE_INTEGER,
      streamAge: () => DAY,
      knows: (message) => sqlite.tasks.knows(message),
      messages: () => ({ of: () => 4 * DAY, shortest: 4 * DAY, freed: () => {} }),
      ...options,
    });
  async function create(changes: Partial<NewTask> = {}): Promise<TaskRecord> {
    const now = clock.now();
    const created = await sqlite.tasks.create(newTask({ createdAt: now, deadline: now + HOUR, ...changes }));
    if (!created.created) throw new Error('the task was there already');
    return created.task;
  }
  /** The event of a task's agent that tells a status, which it says to be of a time. */
  function status(task: TaskRecord, state: TaskRecord['state'], at = clock.now(), sequence = 1): BusEntry {
    const event = statusEvent(task, { sequence, turn: task.turn }, state, 'so');
    const data = { ...event.data, status: { ...event.data.status, timestamp: new Date(at).toISOString() } };
    return entryOf({ ...event, data });
  }
  async function completed(at?: number): Promise<TaskRecord> {
    const task = await create();
    await sqlite.bus.put([status(task, 'TASK_STATE_COMPLETED', at)]);
    return task;
  }
  /** The positions of the archived events after one. */
  async function eventsFrom(after: number): Promise<number[]> {
    const positions: number[] = [];
    const newest = await sqlite.bus.newest();
    for await (const { position } of sqlite.bus.tail(after, new AbortController().signal)) {
      positions.push(position);
      if (position === newest) break;
    }
    return positions;
  }
  return {
    ...sqlite,
    create,
    status,
    completed,
    eventsFrom,
    put: (...entries: BusEntry[]) => sqlite.bus.put(entries),
    find: (task: TaskRecord) => sqlite.tasks.get(task.id),
    /** An event that is no task's; `time` is what its producer says. */
    foreign: (time = clock.now()) => sqlite.bus.put([{ ...entry('shop', 'Ordered.v1', {}), time }]),
    /** The sources of the archived events. */
    sources: () =>
      sqlite.database.prepare('SELECT source, count(*) AS count FROM events GROUP BY source ORDER BY source').all(),
    lines,
    counts,
    keeping,
    rows: (table: string) => Number(sqlite.database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.count),
  };
}

export type Store = Awaited<ReturnType<typeof openStore>>;
