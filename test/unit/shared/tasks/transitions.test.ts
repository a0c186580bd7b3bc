import { expect, it } from 'vitest';
import { TaskFullError } from '#shared/ports/errors.ts';
import { messageBytes } from '#shared/tasks/bounds.ts';
import { endedBy, firstTurn, nextTurn } from '#shared/tasks/transitions.ts';
import { nextTurn as following, newTask, noon } from '#test/support/task-events.ts';

const task = firstTurn(newTask());
const turn = following(task, 1);

it('counts the bytes of messages', () => {
  expect(nextTurn(task, turn).bytes).toBe(task.bytes + messageBytes(turn.request));
});

it.each([
  ['entries', { position: 100_000 }],
  ['bytes', { bytes: 64 * 1024 * 1024 }],
])('refuses a message that takes a task past its bound of %s, and still ends the task', (_, full) => {
  expect(() => nextTurn({ ...task, ...full }, turn)).toThrow(TaskFullError);
  const status = { state: 'TASK_STATE_CANCELED' as const, timestamp: new Date(noon).toISOString() };
  expect(endedBy(status, { ...task, ...full }).task.state).toBe('TASK_STATE_CANCELED');
});
