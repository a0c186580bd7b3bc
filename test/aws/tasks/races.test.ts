import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc, { type Scheduler } from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import type { DynamoTaskStore } from '#adapters/aws/tasks/task-store.ts';
import type { AgentEvent, TaskRecord } from '#shared/ports/task.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { artifactEvent, newTask, nextTurn, noon, statusEvent } from '#test/support/task-events.ts';
import { clearTable } from '../support/clear-table.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';
import { createTables } from '../support/tables.ts';
import { MemoryQuarantine, openTaskStore, taskBus } from '../support/task-store.ts';

const stage = randomStage();
const documents = dynamoDbDocumentClient(clientOptions);
/** How many orders of calls each property is tried with. */
const numRuns = 25;
const PROCESSES = 3;
const clock = { now: () => noon };
let remove: () => Promise<void>;

beforeAll(async () => {
  ({ remove } = await createTables(documents, stage, ['tasks'], { expire: false }));
});
afterAll(async () => {
  await remove();
  documents.destroy();
});
afterEach(() => clearTable(documents, stage, 'tasks'));

/** Processes whose calls to DynamoDB are made one at a time, in an order that the scheduler chooses. */
function processes(scheduler: Scheduler) {
  const clients: DynamoDBDocumentClient[] = [];
  const quarantine = new MemoryQuarantine();
  const bus = taskBus();
  const stores = Array.from({ length: PROCESSES }, (_, index): DynamoTaskStore => {
    const client = dynamoDbDocumentClient(clientOptions);
    clients.push(client);
    client.middlewareStack.add(
      (next, { commandName = '' }) =>
        async (args) => {
          let answer: Awaited<ReturnType<typeof next>> | undefined;
          let failure: unknown;
          // The scheduler goes on only when the call has come back.
          await scheduler.scheduleSequence([
            {
              label: `${index} ${commandName}`,
              builder: async () => {
                try {
                  answer = await next(args);
                } catch (error) {
                  failure = error;
                }
              },
            },
          ]).task;
          if (answer === undefined) throw failure;
          return answer;
        },
      { step: 'initialize' },
    );
    return openTaskStore({ documents: client, stage, clock, bus, quarantine });
  });
  const close = () => {
    for (const client of clients) client.destroy();
  };
  return { stores, bus, quarantine, close };
}

async function race<Result>(
  scheduler: Scheduler,
  run: (all: ReturnType<typeof processes>) => Promise<Result>,
): Promise<Result> {
  const all = processes(scheduler);
  try {
    return await scheduler.waitFor(run(all));
  } finally {
    all.close();
  }
}

async function created(fresh = newTask()): Promise<TaskRecord> {
  const made = await openTaskStore({ documents, stage, clock }).create(fresh);
  if (!made.created) throw new Error('the task was there already');
  return made.task;
}

const settled = openTaskStore({ documents, stage, clock });
const brief = async (task: TaskRecord) =>
  (await entriesOf(settled, task.id, 0)).map((entry) =>
    entry.kind === 'artifact'
      ? `${entry.position} ${entry.attempt} artifact`
      : `${entry.position} ${entry.attempt} ${entry.status.state}`,
  );

/** Which of the processes get each event, at least one. */
const deliveries = (count: number) =>
  fc.array(fc.subarray([0, 1, 2], { minLength: 1 }), { minLength: count, maxLength: count });

describe('processes that race for a task', () => {
  const turnOf = (task: TaskRecord, attempt = 1): AgentEvent[] => [
    statusEvent(task, { attempt, sequence: 1 }, 'TASK_STATE_WORKING'),
    // One that does not fit into the state item.
    artifactEvent(task, { attempt, sequence: 2 }, { text: 'x'.repeat(1_500) }),
    artifactEvent(task, { attempt, sequence: 3 }),
    statusEvent(task, { attempt, sequence: 4 }, 'TASK_STATE_COMPLETED'),
  ];

  it('make one log of its events, in order, whoever gets which first', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), deliveries(4), async (scheduler, to) => {
        const task = await created();
        const quarantined = await race(scheduler, async ({ stores, quarantine }) => {
          const given = turnOf(task).flatMap((event, i) => (to[i] ?? []).map((store) => stores[store]?.apply(event)));
          await Promise.all(given);
          return quarantine.count();
        });
        expect(await brief(task)).toEqual([
          '1 0 TASK_STATE_SUBMITTED',
          '2 1 TASK_STATE_WORKING',
          '3 1 artifact',
          '4 1 artifact',
          '5 1 TASK_STATE_COMPLETED',
        ]);
        expect(await settled.get(task.id)).toMatchObject({ state: 'TASK_STATE_COMPLETED', sequence: 4, position: 5 });
        expect(quarantined).toBe(0);
      }),
      { numRuns, endOnFailure: true },
    );
  });

  it('let the end of a higher attempt win over what is left of a lower', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), deliveries(7), async (scheduler, to) => {
        const task = await created();
        const events = [...turnOf(task, 1).slice(0, 3), ...turnOf(task, 2)];
        await race(scheduler, ({ stores }) =>
          Promise.all(events.flatMap((event, i) => (to[i] ?? []).map((store) => stores[store]?.apply(event)))),
        );
        const log = await entriesOf(settled, task.id, 0);
        expect(log.map(({ position }) => position)).toEqual(log.map((_, index) => index + 1));
        expect((await brief(task)).slice(-4).map((line) => line.slice(2))).toEqual([
          '2 TASK_STATE_WORKING',
          '2 artifact',
          '2 artifact',
          '2 TASK_STATE_COMPLETED',
        ]);
      }),
      { numRuns, endOnFailure: true },
    );
  });

  it('make one task of one message, and one request', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const { messageId } = newTask();
        const { answers, published } = await race(scheduler, async ({ stores, bus }) => ({
          answers: await Promise.all(stores.map((store) => store.create(newTask({ messageId })))),
          published: bus.events.length,
        }));
        const ids = answers.map((answer) => (answer.created ? answer.task.id : answer.taskId));
        expect(new Set(ids).size).toBe(1);
        expect(answers.filter((answer) => answer.created)).toHaveLength(1);
        expect(published).toBe(1);
        expect((await settled.list({ limit: 10 })).tasks.map(({ id }) => id)).toEqual([ids[0]]);
        await clearTable(documents, stage, 'tasks');
      }),
      { numRuns, endOnFailure: true },
    );
  });

  it('end it once, begin its turn once, and never both', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const task = await created();
        await settled.apply(statusEvent(task, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED'));
        const end = (store: DynamoTaskStore) =>
          store.end({
            taskId: task.id,
            status: { state: 'TASK_STATE_CANCELED', timestamp: new Date(noon).toISOString() },
            events: () => [],
          });
        const results = await race(scheduler, ({ stores: [one, two, three] }) =>
          Promise.allSettled([
            one?.begin(nextTurn(task, 1)),
            two?.begin(nextTurn(task, 1)),
            ...[one, three].map((store) => store && end(store)),
          ]),
        );
        const began = results.slice(0, 2).filter(({ status }) => status === 'fulfilled').length;
        const ended = results.slice(2).map((result) => result.status === 'fulfilled' && result.value);
        expect(ended.sort()).toEqual([false, true]);
        const log = await brief(task);
        expect(log).toHaveLength(3 + began);
        expect(began).toBeLessThanOrEqual(1);
        expect(await settled.get(task.id)).toMatchObject({ state: 'TASK_STATE_CANCELED', position: 3 + began });
      }),
      { numRuns, endOnFailure: true },
    );
  });
});
