import { describe, it } from 'vitest';
import type { AgentEvent, LogEntry, TaskRecord } from '#shared/ports/task.ts';
import type { TaskStore } from '#shared/ports/task-store.ts';
import { assemble } from '#shared/tasks/assemble.ts';
import { Correlator } from '#shared/tasks/correlator.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openMemoryTaskStore } from '#test/support/memory-task-store.ts';
import { openSqlite } from '#test/support/sqlite.ts';
import { artifactEvent, entryOf, newTask, noon, statusEvent } from '#test/support/task-events.ts';
import { expectLinear, type Work, workOf } from '#test/support/work.ts';

const SIZE = 200;

const timestamp = new Date(noon).toISOString();
const artifact = (position: number, changes: Partial<Extract<LogEntry, { kind: 'artifact' }>>): LogEntry => ({
  kind: 'artifact',
  position,
  turn: 1,
  attempt: 1,
  artifact: { artifactId: 'a', parts: [{ text: 'text' }] },
  append: false,
  lastChunk: false,
  ...changes,
});
const first: LogEntry = {
  kind: 'message',
  position: 1,
  turn: 1,
  attempt: 0,
  message: { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'hello' }] },
  status: { state: 'TASK_STATE_SUBMITTED', timestamp },
};

/** Logs of tasks, by what they have many of. */
const logs: Record<string, (at: number) => LogEntry> = {
  'chunks of an artifact': (at) => artifact(at, { append: true }),
  'chunks with metadata': (at) =>
    artifact(at, {
      append: true,
      artifact: { artifactId: 'a', parts: [{ text: 't' }], metadata: { [`key${at}`]: at } },
    }),
  artifacts: (at) => artifact(at, { artifact: { artifactId: `a${at}`, parts: [{ text: 'text' }] } }),
  'versions of an artifact': (at) => artifact(at, {}),
  attempts: (at) => artifact(at, { attempt: at, artifact: { artifactId: `a${at}`, parts: [{ text: 'text' }] } }),
  messages: (at) => ({ ...first, position: at, turn: at }) as LogEntry,
  statuses: (at) => ({
    kind: 'status',
    position: at,
    turn: 1,
    attempt: 1,
    status: { state: 'TASK_STATE_WORKING', timestamp },
  }),
};

describe('a task is assembled in time that grows with its log', () => {
  it.each(Object.keys(logs))('of %s', async (kind) => {
    const make = logs[kind] as (at: number) => LogEntry;
    await expectLinear(SIZE, (size) => {
      const log = [first, ...Array.from({ length: size }, (_, i) => make(i + 2))];
      return workOf(async () => JSON.stringify(assemble({ id: 'task-1', contextId: 'context-1' }, log)));
    });
  });
});

interface Store {
  readonly tasks: TaskStore;
  readonly deliver: (events: readonly AgentEvent[]) => Promise<unknown>;
  readonly close: () => unknown;
  /** Adds what the store counts itself. */
  readonly counted?: (work: Work) => Work;
}

const stores: Record<string, () => Promise<Store>> = {
  async 'sqlite, by the projector'() {
    const { tasks, remove } = await openSqlite(new TestClock());
    return { tasks, deliver: (events) => Promise.all(events.map((event) => tasks.apply(event))), close: remove };
  },
  async 'sqlite, within one put'() {
    const { tasks, bus, remove } = await openSqlite(new TestClock());
    return { tasks, deliver: (events) => bus.put(events.map(entryOf)), close: remove };
  },
  async aws() {
    const { tasks, table, close } = openMemoryTaskStore();
    const batch = 100;
    return {
      tasks,
      async deliver(events) {
        for (let at = 0; at < events.length; at += batch) {
          await Promise.all(events.slice(at, at + batch).map((event) => tasks.apply(event)));
        }
      },
      close,
      // The table in memory sorts all items for a query, so only what crosses the network counts.
      counted: () => ({
        elements: table.work.calls,
        json: 0,
        statements: table.work.written,
        rows: table.work.read,
        bytes: table.work.bytesRead + table.work.bytesWritten,
      }),
    };
  },
};

/** Events of an agent, in the order in which they are delivered. */
const deliveries: Record<string, (task: TaskRecord, size: number) => AgentEvent[]> = {
  chunks: (task, size) =>
    numbers(size).map((sequence) => artifactEvent(task, { sequence }, { append: sequence > 1, lastChunk: false })),
  artifacts: (task, size) =>
    numbers(size).map((sequence) => artifactEvent(task, { sequence }, { artifactId: `artifact-${sequence}` })),
  'chunks of many artifacts': (task, size) =>
    numbers(size).map((sequence) =>
      artifactEvent(task, { sequence }, { artifactId: `artifact-${sequence % (size / 2)}`, append: true }),
    ),
  statuses: (task, size) => numbers(size).map((sequence) => statusEvent(task, { sequence }, 'TASK_STATE_WORKING')),
  'parked artifacts': (task, size) =>
    numbers(size)
      .map((sequence) => artifactEvent(task, { sequence }, { artifactId: `artifact-${sequence}` }))
      .toReversed(),
  'events that come twice': (task, size) =>
    numbers(size / 2).flatMap((sequence) => {
      const event = statusEvent(task, { sequence }, 'TASK_STATE_WORKING');
      return [event, event];
    }),
  attempts: (task, size) =>
    numbers(size).map((attempt) =>
      artifactEvent(task, { attempt, sequence: 1 }, { artifactId: `artifact-${attempt}` }),
    ),
};

function numbers(size: number): number[] {
  return Array.from({ length: size }, (_, i) => i + 1);
}

/** What is done with a task that has these events. */
const uses: Record<string, (store: Store, task: TaskRecord, events: readonly AgentEvent[]) => Promise<unknown>> = {
  fold: ({ deliver }, _, events) => deliver(events),
  read: ({ tasks }, { id }) => entriesOf(tasks, id, 0),
  follow: async ({ tasks }, { id }) => {
    for await (const _ of tasks.tail(id, 0, new AbortController().signal));
  },
  answer: ({ tasks }, { id: taskId }) =>
    new Correlator(tasks).settled({ taskId, turn: 1, log: [first] }, { waitMs: 60_000, timeUp: undefined }),
};

describe.each(Object.keys(stores))('%s', (name) => {
  const cases = Object.keys(deliveries).map((kind) => ['fold', kind] as const);
  const reads = ['read', 'follow', 'answer'].map((use) => [use, 'chunks'] as const);

  it.each([...cases, ...reads])('%s of %s takes work that grows with their number', async (use, kind) => {
    await expectLinear(SIZE, async (size) => {
      const store = await (stores[name] as () => Promise<Store>)();
      try {
        const created = await store.tasks.create(newTask());
        if (!created.created) throw new Error('the task was there already');
        const { task } = created;
        const events = (deliveries[kind] as (task: TaskRecord, size: number) => AgentEvent[])(task, size);
        if (use !== 'fold') {
          await store.deliver(events);
          await store.deliver([statusEvent(task, { sequence: size + 1 }, 'TASK_STATE_COMPLETED')]);
        }
        const before = store.counted?.({} as Work);
        const work = await workOf(() => (uses[use] as (typeof uses)[string])(store, task, events));
        const after = store.counted?.(work);
        return before && after ? difference(after, before) : work;
      } finally {
        await store.close();
      }
    });
  });
});

function difference(after: Work, before: Work): Work {
  const kinds = Object.keys(after) as (keyof Work)[];
  return Object.fromEntries(kinds.map((kind) => [kind, after[kind] - before[kind]])) as unknown as Work;
}
