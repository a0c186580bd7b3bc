import { afterEach, beforeEach } from 'vitest';
import type { BusEvent } from '#shared/ports/event-bus.ts';
import type { AgentEvent, LogEntry, TaskRecord } from '#shared/ports/task.ts';
import type { TaskStore } from '#shared/ports/task-store.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { artifactEvent, entry, newTask, noon, statusEvent } from '#test/support/task-events.ts';

export interface TaskStoreSubject {
  readonly tasks: TaskStore;
  /** Brings an agent's event to the fold, by whichever way the suite runs for. */
  deliver(event: AgentEvent): Promise<void>;
  /** How many events were put aside so far. */
  quarantined(): Promise<number>;
  /** What the store has published so far, the oldest first. */
  published(): Promise<readonly BusEvent[]>;
  /** The tasks that the store told the end of so far. */
  ended(): readonly TaskRecord[];
  /** Moves the store's clock on, by seconds. */
  pass(seconds: number): Promise<void>;
  close(): Promise<void>;
}

export type TaskStoreSetting = ReturnType<typeof taskStoreSetting>;

/** What the cases are told by: a store that is new for each, and the ways to bring tasks along in it. */
export function taskStoreSetting(open: () => Promise<TaskStoreSubject>) {
  let current: TaskStoreSubject;
  beforeEach(async () => {
    current = await open();
  });
  afterEach(() => current.close());

  const subject: Pick<TaskStoreSubject, 'deliver' | 'quarantined' | 'published' | 'ended' | 'pass'> = {
    deliver: (event) => current.deliver(event),
    quarantined: () => current.quarantined(),
    published: () => current.published(),
    ended: () => current.ended(),
    pass: (seconds) => current.pass(seconds),
  };
  const tasks: TaskStore = {
    create: (task) => current.tasks.create(task),
    begin: (turn) => current.tasks.begin(turn),
    apply: (event) => current.tasks.apply(event),
    noteFailedAttempt: (failure) => current.tasks.noteFailedAttempt(failure),
    failedAttempts: (id) => current.tasks.failedAttempts(id),
    end: (ending) => current.tasks.end(ending),
    get: (id) => current.tasks.get(id),
    read: (id, after) => current.tasks.read(id, after),
    tail: (id, after, signal) => current.tasks.tail(id, after, signal),
    list: (query) => current.tasks.list(query),
    listOfClient: (query) => current.tasks.listOfClient(query),
    overdue: (now, limit) => current.tasks.overdue(now, limit),
    recover: (before) => current.tasks.recover(before),
  };
  async function create(changes: Parameters<typeof newTask>[0] = {}): Promise<TaskRecord> {
    const created = await tasks.create(newTask(changes));
    if (!created.created) throw new Error('the task was there already');
    return created.task;
  }
  async function get(task: Pick<TaskRecord, 'id'>): Promise<TaskRecord> {
    const found = await tasks.get(task.id);
    if (found === undefined) throw new Error('the task is gone');
    return found;
  }
  const deliver = async (...events: AgentEvent[]) => {
    for (const event of events) await subject.deliver(event);
  };
  const log = (task: Pick<TaskRecord, 'id'>, after = 0) => entriesOf(tasks, task.id, after);
  const brief = (entries: readonly LogEntry[]) => entries.map(briefly);
  const publishedOf = async (task: Pick<TaskRecord, 'id'>, type: string) =>
    (await subject.published()).filter(
      (event) =>
        event['detail-type'] === type && (event.detail as { data: { taskId: string } }).data.taskId === task.id,
    );
  /** The events of an agent that says it works, makes an artifact of three chunks, and is done. */
  const turnOf = (task: TaskRecord, attempt = 1, turn = 1): AgentEvent[] => [
    statusEvent(task, { turn, attempt, sequence: 1 }, 'TASK_STATE_WORKING'),
    artifactEvent(task, { turn, attempt, sequence: 2 }, { lastChunk: false }),
    artifactEvent(task, { turn, attempt, sequence: 3 }, { append: true, lastChunk: false }),
    artifactEvent(task, { turn, attempt, sequence: 4 }, { append: true }),
    statusEvent(task, { turn, attempt, sequence: 5 }, 'TASK_STATE_COMPLETED', 'done'),
  ];
  const end = (task: TaskRecord, state: TaskRecord['state'] = 'TASK_STATE_CANCELED', at = noon) =>
    tasks.end({
      taskId: task.id,
      status: { state, timestamp: new Date(at).toISOString() },
      events: ({ id, contextId, agentId, turn, attempt }) => [
        entry('starling.tasks', 'TaskCancelRequested.v1', {
          taskId: id,
          contextId,
          agentId,
          turn,
          reason: `${attempt}`,
        }),
      ],
    });
  return { subject, tasks, create, get, deliver, log, brief, publishedOf, turnOf, end };
}

/** An entry in a line: `4 artifact-1-1 + 1.3 …`, where `+` appends, `=` replaces and `…` has more to come. */
function briefly(entry: LogEntry): string {
  const text = (parts: readonly unknown[] | undefined) =>
    (parts ?? []).map((part) => (part as { text: string }).text).join();
  switch (entry.kind) {
    case 'message':
      return `${entry.position} message ${text(entry.message.parts)}`;
    case 'status': {
      const state = entry.status.state.replace('TASK_STATE_', '').toLowerCase();
      return `${entry.position} ${state} ${text(entry.status.message?.parts)}`.trimEnd();
    }
    case 'artifact': {
      const { position, artifact, append, lastChunk } = entry;
      return `${position} ${artifact.artifactId} ${append ? '+' : '='} ${text(artifact.parts)}${lastChunk ? '' : ' …'}`;
    }
    default:
      return entry satisfies never;
  }
}
