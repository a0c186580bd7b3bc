import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TaskRow, TaskRows } from '#adapters/sqlite/task-rows.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import { openDatabase } from '#test/support/fixtures.ts';
import { newTask, noon } from '#test/support/task-events.ts';

let opened: ReturnType<typeof openDatabase>;
let rows: TaskRows;

beforeEach(() => {
  opened = openDatabase();
  rows = new TaskRows(opened.database);
});
afterEach(() => opened.close());

async function insert(): Promise<TaskRow> {
  const { request: _, messageId: _message, ...rest } = newTask();
  const task = {
    ...rest,
    state: 'TASK_STATE_WORKING',
    statusAt: noon,
    turn: 1,
    attempt: 1,
    sequence: 1,
    attemptBase: 0,
    position: 1,
    artifacts: [],
  } satisfies TaskRecord;
  return opened.database.write(() => rows.insert(task));
}
const ids = (count: number) => Array.from({ length: count }, (_, i) => `artifact-${i}`);
/** Whether a find gives the very task, and not one that was read anew. */
async function isKept({ row, task }: TaskRow, artifacts: readonly string[]): Promise<boolean> {
  const changed = { row, task: { ...task, artifacts } };
  await opened.database.write(() => rows.update(changed));
  const found = await opened.database.read(() => rows.find(task.id));
  expect(found).toEqual(changed);
  return found === changed;
}

it('keeps open tasks in memory, but for those with a long list of artifacts', async () => {
  const task = await insert();
  expect(await isKept(task, ids(100))).toBe(true);
  expect(await isKept(task, ids(101))).toBe(false);
  expect(await isKept(task, [])).toBe(true);
});
