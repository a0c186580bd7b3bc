import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Operations } from '#services/gateway/a2a/operations.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { Correlator } from '#shared/tasks/correlator.ts';
import { type Core, echo, openCore, userMessage } from '../../../shared/tasks/mesh.ts';

let core: Core;
beforeEach(async () => {
  core = await openCore();
});
afterEach(() => core.remove());

const call = {
  agent: echo,
  principal: { clientId: 'app', scopes: [] },
  traceparent: undefined,
  signal: AbortSignal.abort(),
  timeUp: undefined,
  lastEventId: undefined,
  idempotencyKey: undefined,
  allowance: undefined,
  extensions: [],
};

/** Whether the store is told that the caller follows the log of its new task. */
async function isFollowed(
  waitMs: number,
  send: (operations: Operations, message: object) => Promise<unknown>,
): Promise<unknown> {
  const create = vi.spyOn(core.runtime.tasks, 'create');
  const runtime = { ...core.runtime, settings: { maxAnswerBytes: 16_777_216, waitMs } };
  await send(new Operations(runtime as unknown as Runtime, new Correlator(core.tasks)), userMessage());
  return create.mock.calls[0]?.[0].isFollowed;
}

const immediately = { configuration: { returnImmediately: true } };

it.each([
  ['a call that waits', 1, {}, true],
  ['a call that takes the task at once', 1, immediately, false],
  ['a call where nobody may wait', 0, {}, false],
])('%s tells whether it follows its task', async (_, waitMs, more, followed) => {
  const told = await isFollowed(waitMs, (operations, message) => operations.sendMessage(call, { message, ...more }));
  expect(told).toBe(followed);
});

it('a stream follows its task', async () => {
  expect(await isFollowed(0, (operations, message) => operations.sendStreamingMessage(call, { message }))).toBe(true);
});
