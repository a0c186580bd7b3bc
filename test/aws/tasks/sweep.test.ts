import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { AwsError, type AwsErrorCode } from '#adapters/aws/errors.ts';
import { tableName } from '#adapters/aws/tables.ts';
import type { DynamoTaskStore } from '#adapters/aws/tasks/task-store.ts';
import type { TaskId } from '#shared/ids.ts';
import type { EventBus } from '#shared/ports/event-bus.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import { entry, newTask, nextTurn, noon, statusEvent } from '#test/support/task-events.ts';
import { clearTable } from '../support/clear-table.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';
import { FaultyProcess } from '../support/faults.ts';
import type { RecordingBus } from '../support/recording-bus.ts';
import { createTables } from '../support/tables.ts';
import { openTaskStore, taskBus } from '../support/task-store.ts';

const stage = randomStage();
const documents = dynamoDbDocumentClient(clientOptions);
/** It only goes on, as the ids do that a process makes. */
let now = noon;
const clock = { now: () => now };
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ remove } = await createTables(documents, stage, ['tasks'], { expire: false }));
});
afterAll(async () => {
  await remove();
  documents.destroy();
});

let bus: RecordingBus;
let store: DynamoTaskStore;

beforeEach(() => {
  bus = taskBus();
  store = openTaskStore({ documents, stage, clock, bus });
});
afterEach(() => clearTable(documents, stage, 'tasks'));

const published = (type: string) => bus.events.filter((event) => event['detail-type'] === type);
/** A process whose bus takes nothing; first it does `meanwhile`. */
const refusing = (code: AwsErrorCode, meanwhile = async () => {}) => {
  const call = { action: 'events:PutEvents', resource: 'the bus' };
  const refuse: Pick<EventBus, 'put'> = {
    put: async (entries) => {
      await meanwhile();
      return entries.map(() => ({ error: new AwsError(code, call, code) }));
    },
  };
  return openTaskStore({ documents, stage, clock, bus: refuse });
};
async function create(): Promise<TaskRecord> {
  const created = await store.create(newTask());
  if (!created.created) throw new Error('the task was there already');
  return created.task;
}

describe('what a process is just publishing', () => {
  // A task is looked at when it is a minute old, whatever happens to it then.
  it.each(['a turn', 'an end'])('as %s, is left to it for a minute', async (change) => {
    const task = await create();
    await store.apply(statusEvent(task, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED'));
    now += 61_000;
    const cutOff = refusing('AWS_UNREACHABLE');
    if (change === 'a turn') await cutOff.begin(nextTurn(task, 1)).catch(() => {});
    else
      await cutOff.end({
        taskId: task.id,
        status: { state: 'TASK_STATE_CANCELED', timestamp: new Date(now).toISOString() },
        events: () => [entry('starling.tasks', 'TaskCancelRequested.v1', { taskId: task.id })],
      });
    const before = bus.events.length;
    expect(await store.recover(now - 59_000)).toBe(0);
    expect(bus.events).toHaveLength(before);
    expect(await store.recover(now)).toBe(1);
    expect(bus.events).toHaveLength(before + 1);
  });
});

describe('a task that could not be made', () => {
  it('stays, and its request goes out, where another call has been told of it', async () => {
    const first = newTask();
    const told: TaskId[] = [];
    const throttled = refusing('AWS_THROTTLED', async () => {
      const again = await store.create(newTask({ messageId: first.messageId }));
      if (!again.created) told.push(again.taskId);
    });
    await expect(throttled.create(first)).rejects.toMatchObject({ code: 'AWS_THROTTLED' });
    expect(told).toEqual([first.id]);
    expect(await store.get(first.id)).toMatchObject({ state: 'TASK_STATE_SUBMITTED' });
    expect(await store.recover(now + 1)).toBe(1);
    expect(published('TaskRequested.v1')).toMatchObject([{ detail: { data: { taskId: first.id } } }]);
  });

  it('does not keep its message, though it went without giving it free', async () => {
    const first = newTask();
    await refusing('AWS_UNREACHABLE')
      .create(first)
      .catch(() => {});
    await documents.send(
      new DeleteCommand({ TableName: tableName(stage, 'tasks'), Key: { pk: first.id, sk: 'task' } }),
    );
    const second = newTask({ messageId: first.messageId });
    expect(await store.create(second)).toMatchObject({ created: true, task: { id: second.id } });
    expect(await store.create(newTask({ messageId: first.messageId }))).toEqual({ created: false, taskId: second.id });
  });

  it('goes when its maker died before it had written it whole', async () => {
    const fresh = newTask({ text: 'x'.repeat(2_000) });
    // State and place in the listing are written, the message is not.
    let writes = 0;
    const dying = new FaultyProcess({ stage, clock, bus, fault: () => 'dies', isWritten: () => ++writes < 3 });
    await expect(dying.store.create(fresh)).rejects.toThrow();
    dying.close();
    expect(await store.get(fresh.id)).toMatchObject({ state: 'TASK_STATE_SUBMITTED' });
    expect(await store.recover(now + 1)).toBe(0);
    expect(await store.get(fresh.id)).toBeUndefined();
    expect(await store.list({ limit: 10 })).toEqual({ tasks: [] });
    expect((await store.create(newTask({ messageId: fresh.messageId }))).created).toBe(true);
  });
});
