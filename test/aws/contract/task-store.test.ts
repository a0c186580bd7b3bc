import { afterAll, beforeAll } from 'vitest';
import { dynamoDbDocumentClient } from '#adapters/aws/clients/dynamodb.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import { taskStoreContract } from '#test/contract/task-store.ts';
import { noon } from '#test/support/task-events.ts';
import { clearTable } from '../support/clear-table.ts';
import { clientOptions, randomStage } from '../support/endpoint.ts';
import { createTables } from '../support/tables.ts';
import { MemoryQuarantine, openTaskStore, taskBus } from '../support/task-store.ts';

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

taskStoreContract('aws', async () => {
  let now = noon;
  const bus = taskBus();
  const quarantine = new MemoryQuarantine();
  const ended: TaskRecord[] = [];
  const onEnded = (task: TaskRecord) => void ended.push(task);
  const tasks = openTaskStore({ documents, stage, clock: { now: () => now }, bus, quarantine, onEnded });
  return {
    tasks,
    deliver: async (event) => {
      await tasks.apply(event);
    },
    quarantined: () => quarantine.count(),
    published: async () => bus.events,
    ended: () => ended,
    pass: async (seconds) => {
      now += seconds * 1_000;
    },
    close: () => clearTable(documents, stage, 'tasks'),
  };
});
