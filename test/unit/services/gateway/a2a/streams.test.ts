import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Operations } from '#services/gateway/a2a/operations.ts';
import type { StreamResponse, TaskState } from '#shared/a2a/types.ts';
import type { TaskId } from '#shared/ids.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { Correlator } from '#shared/tasks/correlator.ts';
import { submit } from '#shared/tasks/submit.ts';
import { statusEvent } from '#test/support/task-events.ts';
import { type Core, echo, openCore, submission, userMessage } from '../../../shared/tasks/mesh.ts';

const waiting: TaskState[] = ['TASK_STATE_INPUT_REQUIRED', 'TASK_STATE_AUTH_REQUIRED'];

let core: Core;
let operations: Operations;
beforeEach(async () => {
  core = await openCore();
  const runtime = { ...core.runtime, settings: { maxAnswerBytes: 16_777_216 } };
  operations = new Operations(runtime as unknown as Runtime, new Correlator(core.tasks));
});
afterEach(() => core.remove());

const call = (lastEventId?: string) => ({
  agent: echo,
  principal: { clientId: 'app', scopes: [] },
  traceparent: undefined,
  signal: new AbortController().signal,
  timeUp: undefined,
  lastEventId,
  allowance: undefined,
  extensions: [],
  idempotencyKey: undefined,
});

/** Reads a stream to its end. */
async function read(stream: AsyncIterable<{ position: number; response: StreamResponse }>): Promise<string[]> {
  const seen: string[] = [];
  for await (const { position, response } of stream) {
    const { status } = 'task' in response ? response.task : 'statusUpdate' in response ? response.statusUpdate : {};
    seen.push(`${position} ${Object.keys(response)} ${status?.state.replace('TASK_STATE_', '')}`);
  }
  return seen;
}

async function moves(id: TaskId, state: TaskState): Promise<void> {
  const { turn, sequence } = await core.task(id);
  await core.tasks.apply(statusEvent(await core.task(id), { turn, sequence: sequence + 1 }, state, 'said'));
}

describe.each(waiting)('a task that is in %s', (state) => {
  const short = state.replace('TASK_STATE_', '');
  const message = userMessage();

  it('ends the stream of its message that is sent again', async () => {
    const { taskId } = await submit(core.runtime, submission(message));
    await moves(taskId, state);
    expect(await read(await operations.sendStreamingMessage(call(), { message }))).toEqual([`2 task ${short}`]);
  });

  it('ends the stream of its second message that is sent again', async () => {
    const { taskId } = await submit(core.runtime, submission(message));
    await moves(taskId, state);
    const second = userMessage({ taskId });
    await submit(core.runtime, submission(second));
    await moves(taskId, state);
    expect(await read(await operations.sendStreamingMessage(call(), { message: second }))).toEqual([`4 task ${short}`]);
  });

  it.each([undefined, '2', '9'])('ends a subscription from %s', async (lastEventId) => {
    const { taskId } = await submit(core.runtime, submission(message));
    await moves(taskId, state);
    expect(await read(await operations.subscribeToTask(call(lastEventId), { id: taskId }))).toEqual([
      `2 task ${short}`,
    ]);
  });

  it('shows a client that resumes what came since, up to the end of the next turn', async () => {
    const { taskId } = await submit(core.runtime, submission(message));
    await moves(taskId, state);
    await submit(core.runtime, submission(userMessage({ taskId })));
    await moves(taskId, 'TASK_STATE_WORKING');
    expect(await read(await operations.subscribeToTask(call('1'), { id: taskId }))).toEqual([
      '1 task SUBMITTED',
      `2 statusUpdate ${short}`,
    ]);
    const rest = operations.subscribeToTask(call('2'), { id: taskId });
    await moves(taskId, 'TASK_STATE_COMPLETED');
    expect(await read(await rest)).toEqual([
      `2 task ${short}`,
      '3 statusUpdate SUBMITTED',
      '4 statusUpdate WORKING',
      '5 statusUpdate COMPLETED',
    ]);
  });
});
