import { describe } from 'vitest';
import { applyCases } from '#test/contract/task-store/apply.ts';
import { largeCases } from '#test/contract/task-store/large.ts';
import { listOfClientCases } from '#test/contract/task-store/list-of-client.ts';
import { taskStoreSetting } from '#test/contract/task-store/setting.ts';
import { openMemoryTaskStore } from '#test/support/memory-task-store.ts';

/** The parts of the contract that fold, read, and list for a client. All of it runs against an emulator: test/aws/contract. */
describe('TaskStore: aws, with a table in memory', () => {
  const setting = taskStoreSetting(async () => {
    const store = openMemoryTaskStore();
    return {
      tasks: store.tasks,
      deliver: async (event) => {
        await store.tasks.apply(event);
      },
      quarantined: async () => store.quarantined.length,
      published: async () => store.published,
      ended: () => store.ended,
      pass: async (seconds) => store.pass(seconds),
      close: async () => store.close(),
    };
  });
  applyCases(setting);
  largeCases(setting);
  listOfClientCases(setting);
});
