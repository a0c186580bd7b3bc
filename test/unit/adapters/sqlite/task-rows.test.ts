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
    bytes: 100,
    artifacts: [],
    artifactCount: 0,
  } satisfies TaskRecord;
  return opened.database.write(() => rows.insert(task));
}

it('keeps open tasks in memory, until they end', async () => {
  const { row, task } = await insert();
  const changed: TaskRow = { row, task: { ...task, bytes: 200, artifacts: ['a', 'b'], artifactCount: 40 } };
  await opened.database.write(() => rows.update(changed));
  expect(await opened.database.read(() => rows.find(task.id))).toBe(changed);
  const ended: TaskRow = { row, task: { ...changed.task, state: 'TASK_STATE_COMPLETED' } };
  await opened.database.write(() => rows.update(ended));
  const found = await opened.database.read(() => rows.find(task.id));
  expect(found).toEqual(ended);
  expect(found).not.toBe(ended);
});
