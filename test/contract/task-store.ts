import { describe } from 'vitest';
import { applyCases } from './task-store/apply.ts';
import { createCases } from './task-store/create.ts';
import { failureCases } from './task-store/failures.ts';
import { findCases } from './task-store/find.ts';
import { largeCases } from './task-store/large.ts';
import { listOfClientCases } from './task-store/list-of-client.ts';
import { readCases } from './task-store/read.ts';
import { type TaskStoreSubject, taskStoreSetting } from './task-store/setting.ts';
import { turnCases } from './task-store/turns.ts';

/** What every TaskStore does. */
export function taskStoreContract(name: string, open: () => Promise<TaskStoreSubject>): void {
  describe(`TaskStore: ${name}`, () => {
    const setting = taskStoreSetting(open);
    createCases(setting);
    applyCases(setting);
    failureCases(setting);
    largeCases(setting);
    turnCases(setting);
    readCases(setting);
    findCases(setting);
    listOfClientCases(setting);
  });
}
