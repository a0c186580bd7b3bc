import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import type { DynamoTaskStore } from '#adapters/aws/tasks/task-store.ts';
import { handler as chunks } from '#services/tasks/chunks.ts';
import { handler as projector } from '#services/tasks/projector.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { kinesisEvent } from '#test/support/kinesis.ts';
import { lambdaContext, sqsEvent, sqsRecord } from '#test/support/lambda.ts';
import { artifactEvent, entryOf, newTask, noon, statusEvent } from '#test/support/task-events.ts';
import { CapacityMeter } from '../support/capacity.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';
import { createTables } from '../support/tables.ts';
import { openTaskStore } from '../support/task-store.ts';

const stage = randomStage();
const documents = dynamoDbDocumentClient(clientOptions);
const meter = new CapacityMeter(documents);
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ remove } = await createTables(documents, stage, ['tasks'], { expire: false }));
});
afterAll(async () => {
  await remove();
  documents.destroy();
});

describe('a batch of events', () => {
  let store: DynamoTaskStore;

  beforeEach(() => {
    store = openTaskStore({ documents, stage, clock: { now: () => noon } });
    provideRuntime({ tasks: store, publisher: {}, excusedReceives: () => 0 } as unknown as Runtime);
  });

  async function create(): Promise<TaskRecord> {
    const created = await store.create(newTask());
    if (!created.created) throw new Error('the task was there already');
    return created.task;
  }

  it('of a queue is one read and one write for each task, and its new place in the list', async () => {
    const tasks = [await create(), await create()];
    const events = tasks.flatMap((task) => [
      statusEvent(task, { sequence: 3 }, 'TASK_STATE_COMPLETED'),
      statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'),
      artifactEvent(task, { sequence: 2 }),
    ]);
    const records = events.map((event, index) => {
      const { source, detailType, detail } = entryOf(event);
      return sqsRecord({ source, 'detail-type': detailType, detail }, { messageId: `${index}` });
    });
    meter.take();
    expect(await projector(sqsEvent(...records), lambdaContext('projector'))).toEqual({ batchItemFailures: [] });
    expect(meter.take()).toEqual({ calls: 4, reads: 2, writes: 2 + 2 * 2 });
    for (const { id } of tasks) expect(await store.get(id)).toMatchObject({ state: 'TASK_STATE_COMPLETED' });
  });

  it('of which one cannot be written fails that one alone', async () => {
    const task = await create();
    const full = { put: () => Promise.reject(new Error('the bucket is full')), get: async () => undefined };
    store = openTaskStore({ documents, stage, clock: { now: () => noon }, blobs: full });
    const events = [
      statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'),
      artifactEvent(task, { sequence: 2 }, { text: 'x'.repeat(300_000) }),
      statusEvent(task, { sequence: 3 }, 'TASK_STATE_COMPLETED'),
    ];
    const results = await Promise.allSettled(events.map((event) => store.apply(event)));
    expect(results).toMatchObject([
      { status: 'fulfilled', value: { kind: 'applied' } },
      { status: 'rejected', reason: { message: 'the bucket is full' } },
      { status: 'fulfilled', value: { kind: 'parked' } },
    ]);
    expect(await store.get(task.id)).toMatchObject({ state: 'TASK_STATE_WORKING', sequence: 1 });
    store = openTaskStore({ documents, stage, clock: { now: () => noon } });
    expect(await store.apply(artifactEvent(task, { sequence: 2 }))).toMatchObject({ kind: 'applied' });
    expect(await store.get(task.id)).toMatchObject({ state: 'TASK_STATE_COMPLETED' });
  });

  it('of a stream is one read, one log item and one write of the state', async () => {
    const task = await create();
    const records = Array.from({ length: 20 }, (_, i) =>
      artifactEvent(task, { sequence: i + 1 }, { append: true, lastChunk: i === 19, text: 'x'.repeat(100) }),
    ).map((event) => JSON.stringify(entryOf(event).detail));
    meter.take();
    expect(await chunks(kinesisEvent(...records), { functionName: 'chunks' })).toEqual({ batchItemFailures: [] });
    expect(meter.take()).toMatchObject({ calls: 3, reads: 1 });
    expect(await entriesOf(store, task.id, 1)).toHaveLength(20);
  });
});
