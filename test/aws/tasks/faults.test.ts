import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import type { CloudEvent } from '#shared/events/envelope.ts';
import type { TaskRequestedV1 } from '#shared/generated/types.ts';
import type { TaskId } from '#shared/ids.ts';
import type { BusEvent } from '#shared/ports/event-bus.ts';
import type { AgentEvent, LogEntry, TaskRecord } from '#shared/ports/task.ts';
import type { TaskStore } from '#shared/ports/task-store.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { isTerminal } from '#shared/tasks/state.ts';
import { artifactEvent, entry, newTask, nextTurn, noon, statusEvent } from '#test/support/task-events.ts';
import { clearTable } from '../support/clear-table.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';
import { type Fault, FaultyProcess, faults } from '../support/faults.ts';
import { createTables } from '../support/tables.ts';
import { MemoryBlobs, MemoryQuarantine, openTaskStore, taskBus } from '../support/task-store.ts';

const stage = randomStage();
const documents = dynamoDbDocumentClient(clientOptions);
const PROCESSES = 3;
const numRuns = 15;
/** Deliveries of an event at most, before the mesh is well again. */
const TRIES = 4;
let remove: () => Promise<void>;
/** It goes on over the runs, as the ids do that a process makes. */
let now = noon;
const clock = { now: () => now };

beforeAll(async () => {
  ({ remove } = await createTables(documents, stage, ['tasks'], { expire: false }));
});
afterAll(async () => {
  await remove();
  documents.destroy();
});

/** Some of the run's choices, one after the other, from the first again at their end. */
class Choices {
  readonly #numbers: readonly number[];
  #at = 0;

  constructor(numbers: readonly number[]) {
    this.#numbers = numbers;
  }

  below(count: number): number {
    return (this.#numbers[this.#at++ % this.#numbers.length] ?? 0) % count;
  }
}

/** A mesh whose processes lose calls, answers and themselves. */
function unwellMesh(choices: Choices) {
  const quarantine = new MemoryQuarantine();
  const blobs = new MemoryBlobs();
  const bus = taskBus();
  const fault = (): Fault => (choices.below(6) > 0 ? 'none' : (faults[choices.below(faults.length)] ?? 'none'));
  const all: FaultyProcess[] = [];
  const start = () => {
    const started = new FaultyProcess({
      stage,
      clock,
      quarantine,
      blobs,
      bus,
      fault,
      isWritten: () => choices.below(2) > 0,
    });
    all.push(started);
    return started;
  };
  const processes = Array.from({ length: PROCESSES }, start);
  return {
    bus,
    well: openTaskStore({ documents, stage, clock, quarantine, blobs, bus }),
    /** A minute later. */
    sweep: (store: TaskStore) => {
      now += 61_000;
      return store.recover(now - 60_000);
    },
    /** A process, in the place of one that may have died. */
    any: (): TaskStore => {
      const at = choices.below(PROCESSES);
      const { store } = processes[at] ?? start();
      if (choices.below(3) === 0) processes[at] = start();
      return store;
    },
    close: () => {
      for (const each of all) each.close();
    },
  };
}

const texts = [10, 1_500, 300_000].map((length) => 'x'.repeat(length));
const dataOf = ({ detail }: BusEvent) => (detail as CloudEvent<TaskRequestedV1>).data;

/** What an agent makes of a request, at its first delivery. */
function answerTo({ taskId, contextId, agentId, turn, attemptBase }: TaskRequestedV1, choices: Choices): AgentEvent[] {
  const task = { id: taskId as TaskId, contextId, agentId } as TaskRecord;
  const attempt = attemptBase + 1;
  const large = choices.below(3);
  return [
    statusEvent(task, { turn, attempt, sequence: 1 }, 'TASK_STATE_WORKING'),
    artifactEvent(task, { turn, attempt, sequence: 2 }, { lastChunk: false }),
    artifactEvent(task, { turn, attempt, sequence: 3 }, { append: true, text: texts[large] ?? '' }),
    statusEvent(
      task,
      { turn, attempt, sequence: 4 },
      turn === 1 ? 'TASK_STATE_INPUT_REQUIRED' : 'TASK_STATE_COMPLETED',
    ),
  ];
}

function shuffled<Item>(items: readonly Item[], choices: Choices): Item[] {
  return items
    .map((item) => ({ item, at: choices.below(1_000) }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}

const brief = (log: readonly LogEntry[], turn: number) => {
  const last = Math.max(...log.filter((each) => each.turn === turn).map(({ attempt }) => attempt));
  return log
    .filter((each) => each.turn === turn && each.attempt === last)
    .map((each) => (each.kind === 'artifact' ? `artifact ${each.append}` : each.status.state));
};

describe('a task in a mesh that loses calls, answers and processes', () => {
  it('is made once, loses no request and no event, and ends', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.nat(10_000), { minLength: 197, maxLength: 197 }),
        fc.boolean(),
        async (numbers, isCanceled) => {
          const choices = new Choices(numbers);
          const mesh = unwellMesh(choices);
          try {
            await run(mesh, choices, isCanceled);
          } finally {
            mesh.close();
            await clearTable(documents, stage, 'tasks');
          }
        },
      ),
      // What fails depends on time too: a smaller counterexample would be none.
      { numRuns, endOnFailure: true },
    );
  });
});

async function run(mesh: ReturnType<typeof unwellMesh>, choices: Choices, isCanceled: boolean): Promise<void> {
  const { well, bus } = mesh;
  /** Done by some process, sooner or later; at last the mesh is well. */
  async function tried<Result>(work: (store: TaskStore) => Promise<Result>): Promise<Result> {
    for (let tries = 0; tries < TRIES; tries++) {
      try {
        return await work(mesh.any());
      } catch {
        // As a queue does, or a client.
      }
    }
    return work(well);
  }
  const swept = () => mesh.sweep(mesh.any()).catch(() => 0);
  const first = newTask({ deadline: now + 3_600_000, text: texts[choices.below(3)] ?? '' });
  const made = await Promise.all(
    [first, newTask({ ...first, id: newTask().id })].map((fresh) => {
      const again = () =>
        newTask({ messageId: first.messageId, deadline: first.deadline, text: texts[choices.below(3)] ?? '' });
      let next = fresh;
      return tried((store) => {
        const made = store.create(next);
        next = again();
        return made;
      });
    }),
  );
  const ids = made.map((answer) => (answer.created ? answer.task.id : answer.taskId));
  expect(new Set(ids).size).toBe(1);
  const id = ids[0] as TaskId;
  await swept();
  await mesh.sweep(well);
  const requests = (turn: number) =>
    bus.events
      .filter((event) => event['detail-type'] === 'TaskRequested.v1')
      .map(dataOf)
      .filter((data) => data.taskId === id && data.turn === turn);

  for (const turn of [1, 2]) {
    expect({ turn, task: await well.get(id), requests: requests(turn).length > 0 }).toMatchObject({
      task: { id },
      requests: true,
    });
    const events = requests(turn).flatMap((request) => answerTo(request, choices));
    const deliveries = shuffled([...events, ...events], choices);
    await Promise.all([
      ...deliveries.map((event) => tried((store) => store.apply(event))),
      swept(),
      ...(isCanceled && turn === 2 ? [tried((store) => cancel(store, id))] : []),
    ]);
    if (turn === 1) {
      const waiting = (await well.get(id)) as TaskRecord;
      expect(waiting).toMatchObject({ state: 'TASK_STATE_INPUT_REQUIRED', turn: 1 });
      const next = nextTurn(waiting, 1, { deadline: first.deadline });
      await tried((store) => store.begin(next));
      await swept();
      await mesh.sweep(well);
    }
  }

  await mesh.sweep(well);
  const task = await well.get(id);
  expect(task && isTerminal(task.state)).toBe(true);
  expect((await well.list({ limit: 10 })).tasks.map((each) => each.id)).toEqual([id]);
  const log = await entriesOf(well, id, 0);
  expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
  expect(brief(log, 1)).toEqual(['TASK_STATE_WORKING', 'artifact false', 'artifact true', 'TASK_STATE_INPUT_REQUIRED']);
  if (task?.state === 'TASK_STATE_CANCELED') {
    expect(log.at(-1)).toMatchObject({ kind: 'status', status: { state: 'TASK_STATE_CANCELED' } });
    expect(bus.events.some((event) => event['detail-type'] === 'TaskCancelRequested.v1')).toBe(true);
  } else {
    expect(brief(log, 2)).toEqual(['TASK_STATE_WORKING', 'artifact false', 'artifact true', 'TASK_STATE_COMPLETED']);
  }
  const seen: LogEntry[] = [];
  for await (const entries of well.tail(id, 0, new AbortController().signal)) seen.push(...entries);
  expect(seen).toStrictEqual(log);
  const published = bus.events.length;
  expect(await mesh.sweep(well)).toBe(0);
  expect(bus.events).toHaveLength(published);
  expect(await well.overdue(now + 86_000_000, 10)).toEqual([]);
}

function cancel(store: TaskStore, id: TaskId): Promise<boolean> {
  return store.end({
    taskId: id,
    status: { state: 'TASK_STATE_CANCELED', timestamp: new Date(noon).toISOString() },
    events: ({ contextId, agentId, turn }) => [
      entry('starling.tasks', 'TaskCancelRequested.v1', { taskId: id, contextId, agentId, turn, reason: 'canceled' }),
    ],
  });
}
