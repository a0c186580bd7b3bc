import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { tableName } from '#adapters/aws/tables.ts';
import { madeItem } from '#adapters/aws/tasks/made-tasks.ts';
import type { DynamoTaskStore } from '#adapters/aws/tasks/task-store.ts';
import { type AgentId, type TaskId, uuidv7 } from '#shared/ids.ts';
import { TaskExpiresError } from '#shared/ports/errors.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { RETENTION_MS } from '#test/support/sqlite.ts';
import { newTask, nextTurn, noon, statusEvent } from '#test/support/task-events.ts';
import { clearTable } from '../support/clear-table.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';
import { createTables } from '../support/tables.ts';
import { openTaskStore } from '../support/task-store.ts';

const DAY = 86_400_000;
const stage = randomStage();
const documents = dynamoDbDocumentClient(clientOptions);
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ remove } = await createTables(documents, stage, ['tasks'], { expire: false }));
});
afterAll(async () => {
  await remove();
  documents.destroy();
});

describe('tasks over the days', () => {
  let now = noon;
  let store: DynamoTaskStore;

  beforeEach(() => {
    now = noon;
    store = openTaskStore({ documents, stage, clock: { now: () => now } });
  });
  afterEach(() => clearTable(documents, stage, 'tasks'));

  async function create(): Promise<TaskRecord> {
    const created = await store.create(newTask());
    if (!created.created) throw new Error('the task was there already');
    return created.task;
  }

  it('are there for their retention, and then no more, though DynamoDB may not have deleted them yet', async () => {
    const task = await create();
    const tail = async () => {
      for await (const entries of store.tail(task.id, 0, new AbortController().signal)) return entries.length;
      return 0;
    };
    now = noon + RETENTION_MS - 1_000;
    expect(await store.get(task.id)).toEqual(task);
    expect(await store.list({ limit: 10 })).toEqual({ tasks: [task] });
    expect(await tail()).toBe(1);
    now = noon + RETENTION_MS;
    expect(await store.get(task.id)).toBeUndefined();
    expect(await entriesOf(store, task.id, 0)).toEqual([]);
    expect(await store.list({ limit: 10 })).toEqual({ tasks: [] });
    expect(await tail()).toBe(0);
  });

  it('begin no turn that would outlive them', async () => {
    const task = await create();
    await store.apply(statusEvent(task, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED'));
    const late = { deadline: noon + RETENTION_MS + 1 };
    await expect(store.begin(nextTurn(task, 1, late))).rejects.toBeInstanceOf(TaskExpiresError);
    expect(await store.begin(nextTurn(task, 1, { deadline: noon + RETENTION_MS }))).toMatchObject({ turn: 2 });
  });

  it('are listed over midnight', async () => {
    const task = await create();
    now = noon + DAY;
    expect(await store.list({ limit: 10 })).toEqual({ tasks: [task] });
  });

  it('are swept over midnight', async () => {
    const task = await create();
    await store.recover(noon + DAY);
    await expect.poll(() => store.overdue(task.deadline, 10)).toMatchObject([{ id: task.id }]);
  });

  it('fill short pages where few match, and the pages still show all', async () => {
    const oldest = await create();
    // A page looks through 1,000 tasks at most; these are none of the state or the agent that is asked for.
    const ids = Array.from({ length: 1_100 }, () => uuidv7(noon) as TaskId);
    const items = ids.map((id) => ({ ...madeItem({ task: { ...oldest, id }, expiresAt: noon }) }));
    for (let i = 0; i < items.length; i += 25) {
      const requests = items.slice(i, i + 25).map((Item) => ({ PutRequest: { Item } }));
      await documents.send(new BatchWriteCommand({ RequestItems: { [tableName(stage, 'tasks')]: requests } }));
    }
    const first = await store.list({ limit: 10, state: 'TASK_STATE_SUBMITTED' });
    expect(first.tasks).toEqual([]);
    const { next } = first;
    if (next === undefined) throw new Error('the page says that it is the last');
    expect(await store.list({ limit: 10, state: 'TASK_STATE_SUBMITTED', cursor: next })).toEqual({ tasks: [oldest] });
    const ofAnother = await store.list({ limit: 10, agentId: 'another' as AgentId });
    expect(ofAnother).toEqual({ tasks: [], next: expect.any(String) });
    await expect(store.list({ limit: 10, cursor: `${next}x` })).rejects.toMatchObject({ code: 'INVALID_CURSOR' });
  });
});
