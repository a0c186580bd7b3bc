import { ScanCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import { AwsError } from '#adapters/aws/errors.ts';
import { tableName } from '#adapters/aws/tables.ts';
import type { DynamoTaskStore } from '#adapters/aws/tasks/task-store.ts';
import type { CloudEvent } from '#shared/events/envelope.ts';
import type { TaskRequestedV1 } from '#shared/generated/types.ts';
import type { EventBus } from '#shared/ports/event-bus.ts';
import type { AgentEvent, TaskRecord } from '#shared/ports/task.ts';
import type { NewTask } from '#shared/ports/task-store.ts';
import { assemble } from '#shared/tasks/assemble.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { artifactEvent, entry, newTask, nextTurn, noon, statusEvent } from '#test/support/task-events.ts';
import { clearTable } from '../support/clear-table.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';
import { killBefore } from '../support/kill-before.ts';
import type { RecordingBus } from '../support/recording-bus.ts';
import { createTables } from '../support/tables.ts';
import { MemoryBlobs, openTaskStore, taskBus } from '../support/task-store.ts';

const stage = randomStage();
const documents = dynamoDbDocumentClient(clientOptions);
const clock = { now: () => noon };
const unreachable: Pick<EventBus, 'put'> = {
  put: async (entries) => {
    const call = { action: 'events:PutEvents', resource: 'the bus' };
    return entries.map(() => ({ error: new AwsError('AWS_UNREACHABLE', call, 'no answer') }));
  },
};
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ remove } = await createTables(documents, stage, ['tasks'], { expire: false }));
});
afterAll(async () => {
  await remove();
  documents.destroy();
});

describe('a process that is killed', () => {
  let store: DynamoTaskStore;
  let bus: RecordingBus;

  beforeEach(() => {
    bus = taskBus();
    store = openTaskStore({ documents, stage, clock, bus });
  });
  afterEach(() => clearTable(documents, stage, 'tasks'));

  const killed = (doing: Omit<Parameters<typeof killBefore>[0], 'stage' | 'now'>) =>
    killBefore({ ...doing, stage, now: noon });
  /** As a minute later. */
  const sweep = () => store.recover(noon + 1);
  const requests = () =>
    bus.events
      .filter((event) => event['detail-type'] === 'TaskRequested.v1')
      .map(({ detail }) => detail as CloudEvent<TaskRequestedV1>);
  const requestOf = ({ request }: Pick<NewTask, 'request'>) => request.detail as CloudEvent<TaskRequestedV1>;
  const turnOf = (task: Pick<TaskRecord, 'id' | 'contextId' | 'agentId'>, attempt: number, turn = 1): AgentEvent[] => [
    statusEvent(task, { turn, attempt, sequence: 1 }, 'TASK_STATE_WORKING'),
    artifactEvent(task, { turn, attempt, sequence: 2 }),
    statusEvent(task, { turn, attempt, sequence: 3 }, 'TASK_STATE_COMPLETED'),
  ];
  const deliver = (...events: AgentEvent[]) => Promise.all(events.map((event) => store.apply(event)));
  const create = async (fresh = newTask()): Promise<TaskRecord> => {
    const created = await store.create(fresh);
    if (!created.created) throw new Error('the task was there already');
    return created.task;
  };
  const positions = async (task: Pick<TaskRecord, 'id'>) =>
    (await entriesOf(store, task.id, 0)).map(({ position }) => position);

  describe('between the task and its request', () => {
    it('loses no request: the sweep publishes it, and the task completes', async () => {
      const fresh = newTask({ text: 'do it' });
      await killed({ stopBefore: 'bus', create: fresh });
      expect(await store.get(fresh.id)).toMatchObject({ state: 'TASK_STATE_SUBMITTED', attemptBase: 0 });
      expect(requests()).toEqual([]);

      // Who made the task may still be about to publish.
      expect(await store.recover(noon)).toBe(0);
      expect(await sweep()).toBe(1);
      const [request] = requests();
      const { data, ...envelope } = requestOf(fresh);
      expect(request).toMatchObject({
        source: 'starling.tasks',
        subject: fresh.id,
        correlationid: envelope.correlationid,
        traceparent: envelope.traceparent,
      });
      // The agent may have got the first request after all: the new one's attempts are past all of that one.
      expect(request?.data).toEqual({ ...data, attemptBase: 1_000 });

      await deliver(...turnOf(fresh, 1_001));
      expect(await store.get(fresh.id)).toMatchObject({ state: 'TASK_STATE_COMPLETED', attempt: 1_001 });
      expect(await positions(fresh)).toEqual([1, 2, 3, 4]);
      expect(await sweep()).toBe(0);
    });

    it('publishes a request again that is out, and lets the agent’s later attempt win', async () => {
      const fresh = newTask();
      await killed({ stopBefore: 'state', create: fresh });
      expect(await sweep()).toBe(1);
      const [working, artifact] = turnOf(fresh, 1) as [AgentEvent, AgentEvent];
      await deliver(working, artifact);
      await deliver(...turnOf(fresh, 1_001));
      const entries = await entriesOf(store, fresh.id, 0);
      expect(entries.map(({ attempt }) => attempt)).toEqual([0, 1, 1, 1_001, 1_001, 1_001]);
    });

    it('publishes nothing again that its agent has answered', async () => {
      const fresh = newTask();
      await killed({ stopBefore: 'state', create: fresh });
      await deliver(statusEvent(fresh, { sequence: 1 }, 'TASK_STATE_WORKING'));
      expect(await sweep()).toBe(0);
      expect(requests()).toEqual([]);
    });

    it('keeps the message: sent again, it finds its task', async () => {
      const fresh = newTask();
      await killed({ stopBefore: 'bus', create: fresh });
      expect(await store.create(newTask({ messageId: fresh.messageId }))).toEqual({
        created: false,
        taskId: fresh.id,
      });
    });

    it('publishes a request whole that is too large for the state item, or for any', async () => {
      for (const length of [2_000, 300_000]) {
        const fresh = newTask({ text: 'x'.repeat(length) });
        const { data, ...envelope } = requestOf(fresh);
        const larger = { ...data, skill: 'say', metadata: { note: 'y'.repeat(length) } };
        const request = { ...fresh.request, detail: { ...envelope, data: larger } };
        const blobs = new MemoryBlobs();
        const cutOff = openTaskStore({ documents, stage, clock, bus: unreachable, blobs });
        await expect(cutOff.create({ ...fresh, request })).rejects.toMatchObject({ code: 'AWS_UNREACHABLE' });
        expect(blobs.blobs.size).toBe(length > 100_000 ? 1 : 0);
        bus = taskBus();
        store = openTaskStore({ documents, stage, clock, bus, blobs });
        expect(await sweep()).toBe(1);
        expect(requests()[0]?.data).toEqual({ ...larger, attemptBase: 1_000 });
        await clearTable(documents, stage, 'tasks');
      }
    });

    it('does not lose others to one that cannot be published, and tries that again', async () => {
      const [one, two] = [newTask(), newTask()];
      for (const fresh of [one, two]) await killed({ stopBefore: 'bus', create: fresh });
      const picky: Pick<EventBus, 'put'> = {
        put: (entries) =>
          entries.some(({ detail }) => (detail as CloudEvent<TaskRequestedV1>).data.taskId === one.id)
            ? unreachable.put(entries)
            : bus.put(entries),
      };
      const healthy = store;
      store = openTaskStore({ documents, stage, clock, bus: picky });
      await expect(sweep()).rejects.toMatchObject({ code: 'AWS_UNREACHABLE' });
      expect(requests().map(({ data }) => data.taskId)).toEqual([two.id]);
      store = healthy;
      expect(await sweep()).toBe(1);
      expect(requests().map(({ data }) => [data.taskId, data.attemptBase])).toEqual([
        [two.id, 1_000],
        [one.id, 2_000],
      ]);
    });
  });

  describe('before it knew that its message had made no other task', () => {
    it('leaves the message to who sends it again, and its own task goes', async () => {
      const first = newTask();
      await killed({ stopBefore: 'claim', create: first });
      const second = await create(newTask({ messageId: first.messageId }));
      expect(await sweep()).toBe(0);
      expect(await store.get(first.id)).toBeUndefined();
      expect((await store.list({ limit: 10 })).tasks.map(({ id }) => id)).toEqual([second.id]);
      expect(requests().map(({ data }) => data.taskId)).toEqual([second.id]);
      expect(await sweep()).toBe(0);
    });

    it('is finished by the sweep when nobody sends it again', async () => {
      const first = newTask();
      await killed({ stopBefore: 'claim', create: first });
      expect(await sweep()).toBe(1);
      expect(await store.create(newTask({ messageId: first.messageId }))).toEqual({ created: false, taskId: first.id });
    });
  });

  it('between a turn and its request: the sweep publishes it, with what was said before', async () => {
    const task = await create();
    await deliver(statusEvent(task, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED', 'which?'));
    const turn = nextTurn(task, 1);
    const said = requestOf(turn);
    // As the gateway makes it.
    const { history: messages = [], status } = assemble(task, await entriesOf(store, task.id, 0));
    const history = [...messages, ...(status.message ? [status.message] : [])];
    expect(history).toHaveLength(2);
    const request = { ...turn.request, detail: { ...said, data: { ...said.data, history } } };
    await killed({ stopBefore: 'bus', begin: { ...turn, request } });
    expect(await store.get(task.id)).toMatchObject({ turn: 2, state: 'TASK_STATE_SUBMITTED' });
    expect(await sweep()).toBe(1);
    expect(requests()[1]?.data).toEqual({ ...said.data, history, attemptBase: 1_000 });
    await deliver(...turnOf(task, 1_001, 2));
    expect(await store.get(task.id)).toMatchObject({ turn: 2, state: 'TASK_STATE_COMPLETED' });
  });

  it('between an end and its events: the sweep publishes them, and the end stays', async () => {
    const task = await create();
    const entries = [
      entry('starling.tasks', 'TaskStatusChanged.v1', { taskId: task.id }),
      entry('starling.tasks', 'TaskCancelRequested.v1', { taskId: task.id }),
    ];
    const status = { state: 'TASK_STATE_CANCELED' as const, timestamp: new Date(noon).toISOString() };
    await killed({ stopBefore: 'bus', end: { taskId: task.id, status, entries } });
    const ended = await store.get(task.id);
    expect(ended).toMatchObject({ state: 'TASK_STATE_CANCELED', position: 2 });
    expect(await sweep()).toBe(1);
    expect(bus.events.slice(1).map(({ detail }) => detail)).toEqual(entries.map(({ detail }) => detail));
    expect(await store.get(task.id)).toEqual(ended);
    expect(await sweep()).toBe(0);
    expect(await store.overdue(task.deadline, 10)).toEqual([]);
  });

  it('between a log item and the state: the item means nothing, and the events apply when they come again', async () => {
    const task = await create();
    const large = [
      statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'),
      artifactEvent(task, { sequence: 2 }, { text: 'x'.repeat(2_000) }),
    ];
    await killed({ stopBefore: 'state', apply: large });
    expect(await logItems()).toHaveLength(1);
    expect(await store.get(task.id)).toEqual(task);
    expect(await positions(task)).toEqual([1]);

    await deliver(...large);
    await deliver(statusEvent(task, { sequence: 3 }, 'TASK_STATE_COMPLETED'));
    expect(await logItems()).toHaveLength(2);
    expect(await positions(task)).toEqual([1, 2, 3, 4]);
    const seen = [];
    for await (const entries of store.tail(task.id, 0, new AbortController().signal)) seen.push(...entries);
    expect(seen).toStrictEqual(await entriesOf(store, task.id, 0));
  });

  async function logItems(): Promise<readonly unknown[]> {
    const { Items = [] } = await documents.send(new ScanCommand({ TableName: tableName(stage, 'tasks') }));
    return Items.filter(({ sk }) => String(sk).startsWith('log#'));
  }
});
