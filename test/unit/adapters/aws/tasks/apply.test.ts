import { describe } from 'vitest';
import { MemoryQuarantine, openTaskStore, taskBus } from '#test/aws/support/task-store.ts';
import { applyCases } from '#test/contract/task-store/apply.ts';
import { largeCases } from '#test/contract/task-store/large.ts';
import { taskStoreSetting } from '#test/contract/task-store/setting.ts';
import { MemoryDynamoDb } from '#test/support/memory-dynamodb.ts';
import { noon } from '#test/support/task-events.ts';

/** The parts of the contract that fold and read. All of it runs against an emulator: test/aws/contract. */
describe('TaskStore: aws, with a table in memory', () => {
  const setting = taskStoreSetting(async () => {
    let now = noon;
    const { client: documents } = new MemoryDynamoDb();
    const bus = taskBus();
    const quarantine = new MemoryQuarantine();
    const tasks = openTaskStore({ documents, stage: 'test', clock: { now: () => now }, bus, quarantine });
    return {
      tasks,
      deliver: async (event) => {
        await tasks.apply(event);
      },
      quarantined: () => quarantine.count(),
      published: async () => bus.events,
      pass: async (seconds) => {
        now += seconds * 1_000;
      },
      close: async () => documents.destroy(),
    };
  });
  applyCases(setting);
  largeCases(setting);
});
