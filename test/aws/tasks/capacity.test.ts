import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { tableName } from '#adapters/aws/tables.ts';
import type { DynamoTaskStore } from '#adapters/aws/tasks/task-store.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { artifactEvent, entry, newTask, nextTurn, noon, statusEvent } from '#test/support/task-events.ts';
import { CapacityMeter } from '../support/capacity.ts';
import { clearTable } from '../support/clear-table.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';
import { createTables } from '../support/tables.ts';
import { openTaskStore } from '../support/task-store.ts';

type Event = Parameters<DynamoTaskStore['apply']>[0];

const stage = randomStage();
const plain = dynamoDbDocumentClient(clientOptions);
const documents = dynamoDbDocumentClient(clientOptions);
const meter = new CapacityMeter(documents);
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ remove } = await createTables(plain, stage, ['tasks'], { expire: false }));
});
afterAll(async () => {
  await remove();
  plain.destroy();
  documents.destroy();
});

describe('what DynamoDB charges for a task', () => {
  let store: DynamoTaskStore;
  let now = noon;

  beforeEach(() => {
    now = noon;
    store = openTaskStore({ documents, stage, clock: { now: () => now } });
    meter.take();
  });
  afterEach(() => clearTable(plain, stage, 'tasks'));

  async function create(text?: string, isFollowed = false): Promise<TaskRecord> {
    const created = await store.create(newTask({ isFollowed, ...(text !== undefined && { text }) }));
    if (!created.created) throw new Error('the task was there already');
    return created.task;
  }
  const list = () => store.listOfClient({ owner: 'app', agentId: newTask().agentId, limit: 50 });
  const clearMark = () =>
    plain.send(new DeleteCommand({ TableName: tableName(stage, 'tasks'), Key: { pk: 'sweep', sk: 'made' } }));
  const events = (task: TaskRecord, text?: string) => [
    statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'),
    artifactEvent(task, { sequence: 2 }, { ...(text !== undefined && { text }) }),
    statusEvent(task, { sequence: 3 }, 'TASK_STATE_COMPLETED'),
  ];
  const applyAll = (all: readonly Event[]) => Promise.all(all.map((event) => store.apply(event)));

  /** A log or artifact text whose item has so many kilobytes. */
  const kilobytes = (count: number) => 'x'.repeat(count * 1_024 - 600);

  it('a small call that is followed: five writes and a read', async () => {
    const task = await create('What is 6 * 7?', true);
    // The task, its place in the order of making, and the claim of the message.
    expect(meter.take()).toEqual({ calls: 2, reads: 0, writes: 3 });
    await applyAll(events(task, '42'));
    // The task, and its place in the list of its client.
    expect(meter.take()).toEqual({ calls: 2, reads: 1, writes: 1 + 1 });
    for await (const _ of store.tail(task.id, 0, new AbortController().signal));
  });

  it('a small call that nobody follows: its place in the list at once, the note, and a new place at the end', async () => {
    const task = await create('What is 6 * 7?');
    expect(meter.take()).toEqual({ calls: 3, reads: 0, writes: 4 + 1 });
    await applyAll(events(task, '42'));
    expect(meter.take()).toEqual({ calls: 2, reads: 1, writes: 1 + 2 });
  });

  it('a page of a list: half a read for each part of the index, and a read for each task', async () => {
    for (let i = 0; i < 3; i++) await create();
    await expect.poll(async () => (await list()).total).toBe(3);
    meter.take();
    await list();
    expect(meter.take()).toEqual({ calls: 9, reads: 8 / 2 + 3, writes: 0 });
  });

  it('a larger message or artifact: its kilobytes, once', async () => {
    const task = await create(kilobytes(3));
    expect(meter.take()).toEqual({ calls: 3, reads: 0, writes: 5 + 3 });
    await applyAll(events(task, kilobytes(5)));
    expect(meter.take()).toEqual({ calls: 3, reads: 1, writes: 5 + 1 + 2 });
  });

  it('events that come in batches: a write and a read each, and the new places in the list', async () => {
    const task = await create();
    const [working, artifact, completed] = events(task) as [Event, Event, Event];
    meter.take();
    await applyAll([working]);
    await applyAll([artifact, completed]);
    expect(meter.take()).toEqual({ calls: 4, reads: 2, writes: 2 + 2 + 2 });
  });

  it('an event that comes early: two writes, and a read for the one that lets it in', async () => {
    const task = await create();
    const [working, artifact, completed] = events(task) as [Event, Event, Event];
    meter.take();
    await applyAll([completed, { ...completed }]);
    expect(meter.take()).toEqual({ calls: 3, reads: 1, writes: 2 });
    await applyAll([working, artifact]);
    expect(meter.take()).toEqual({ calls: 3, reads: 2, writes: 1 + 2 });
  });

  it('an event that is known, or too late: a read', async () => {
    const task = await create();
    await applyAll(events(task));
    meter.take();
    await applyAll(events(task));
    expect(meter.take()).toEqual({ calls: 1, reads: 1, writes: 0 });
  });

  it('a batch of chunks of a stream: their kilobytes, the state and a read', async () => {
    const task = await create();
    const chunks = (from: number) =>
      Array.from({ length: 10 }, (_, i) =>
        artifactEvent(task, { sequence: from + i }, { append: true, lastChunk: false, text: 'x'.repeat(100) }),
      );
    await applyAll(chunks(1));
    meter.take();
    await applyAll(chunks(11));
    expect(meter.take()).toEqual({ calls: 3, reads: 1, writes: 2 + 1 });
  });

  it('a turn: its state with the index, and the note; a cancellation: its events too', async () => {
    const task = await create();
    await applyAll([statusEvent(task, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED')]);
    meter.take();
    await store.begin(nextTurn(task, 1));
    expect(meter.take()).toEqual({ calls: 3, reads: 1, writes: 2 + 2 + 1 });
    now += 1_000;
    await store.end({
      taskId: task.id,
      status: { state: 'TASK_STATE_CANCELED', timestamp: new Date(noon).toISOString() },
      events: () => [entry('starling.tasks', 'TaskCancelRequested.v1', { taskId: task.id, reason: 'canceled' })],
    });
    expect(meter.take()).toEqual({ calls: 4, reads: 1, writes: 6 + 2 });
  });

  it('a look of the tail: half a read', async () => {
    const task = await create();
    meter.take();
    const stop = new AbortController();
    const tail = store.tail(task.id, 0, stop.signal)[Symbol.asyncIterator]();
    await tail.next();
    expect(meter.take()).toEqual({ calls: 1, reads: 0.5, writes: 0 });
    stop.abort();
    await tail.next();
  });

  it('what a client reads: a read for the task, and one for each 4 KB of its log', async () => {
    const task = await create();
    await applyAll(events(task));
    meter.take();
    await store.get(task.id);
    await entriesOf(store, task.id, 0);
    expect(meter.take()).toEqual({ calls: 2, reads: 2, writes: 0 });
  });

  it('a sweep: a read for each task once, and a write with the index for one that goes on', async () => {
    const done = await create();
    await applyAll(events(done));
    const at = noon + 60_000;
    meter.take();
    await store.recover(at);
    const { reads, writes } = meter.take();
    await clearMark();
    const goesOn = await create();
    meter.take();
    await store.recover(at);
    const more = meter.take();
    expect(more.reads - reads).toBe(1);
    expect(more.writes - writes).toBe(1 + 1);
    await store.recover(at + 60_000);
    // Every look at the tables costs something, whatever is in them: eight partitions each, twice after midnight.
    expect(meter.take()).toMatchObject({ writes: 1 });
    await expect.poll(() => store.overdue(goesOn.deadline, 10)).toHaveLength(1);
  });
});
