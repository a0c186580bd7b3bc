import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LargeReads } from '#services/gateway/a2a/large-reads.ts';
import { Operations } from '#services/gateway/a2a/operations.ts';
import type { StreamResponse } from '#shared/a2a/types.ts';
import { type Allowance, OverloadError } from '#shared/http/allowance.ts';
import type { TaskId } from '#shared/ids.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { Correlator } from '#shared/tasks/correlator.ts';
import { submit } from '#shared/tasks/submit.ts';
import { artifactEvent, statusEvent } from '#test/support/task-events.ts';
import { type Core, echo, openCore, submission, userMessage } from '../../../shared/tasks/mesh.ts';

const MB = 1024 * 1024;
const pieces = 10;

let core: Core;
let id: TaskId;
/** Logs that were read, that are being read, and that were read at the same time. */
let reads: number;
let now: number;
let atOnce: number;

beforeEach(async () => {
  core = await openCore();
  [reads, now, atOnce] = [0, 0, 0];
  const { taskId } = await submit(core.runtime, submission(userMessage()));
  id = taskId;
  await core.tasks.apply(statusEvent(await core.task(id), { sequence: 1 }, 'TASK_STATE_WORKING', 'begins'));
  for (let piece = 1; piece <= pieces; piece++) {
    const text = String(piece % 10).repeat(100_000);
    await core.tasks.apply(artifactEvent(await core.task(id), { sequence: piece + 1 }, { text, append: piece > 1 }));
  }
});
afterEach(() => core.remove());

function operations(maxAnswerBytes: number): Operations {
  const { tasks } = core;
  async function* read(...of: Parameters<typeof tasks.read>) {
    reads++;
    atOnce = Math.max(atOnce, ++now);
    for await (const page of tasks.read(...of)) {
      yield page;
      // Others may begin in between.
      await new Promise(setImmediate);
    }
    now--;
  }
  const proxied = { get: tasks.get.bind(tasks), read, tail: tasks.tail.bind(tasks) };
  const runtime = { ...core.runtime, tasks: proxied, settings: { maxAnswerBytes } };
  return new Operations(runtime as unknown as Runtime, new Correlator(tasks));
}

const call = (lastEventId?: string, allowance?: Allowance) => ({
  agent: echo,
  principal: { clientId: 'app', scopes: [] },
  traceparent: undefined,
  signal: new AbortController().signal,
  timeUp: undefined,
  lastEventId,
  allowance,
  extensions: [],
  idempotencyKey: undefined,
});

describe('a large task', () => {
  it('is read by one call at a time, so that the mesh holds one log', async () => {
    const to = operations(16 * MB);
    const tasks = await Promise.all(Array.from({ length: 20 }, () => to.getTask(call(), { id })));
    expect(new Set(tasks.map((task) => task.artifacts?.length))).toEqual(new Set([1]));
    expect(atOnce).toBe(1);
  });

  it('is not read for a client that earlier calls gave enough', async () => {
    const to = operations(16 * MB);
    let admitted = 0;
    const allowance: Allowance = {
      admit() {
        if (++admitted > 3) throw new OverloadError('TOO_MANY_UNREAD_ANSWERS');
      },
      receive() {},
      hold() {},
      release() {},
    };
    const calls = Array.from({ length: 20 }, () => to.getTask(call(undefined, allowance), { id }));
    const outcomes = await Promise.allSettled(calls);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    expect(reads).toBe(3);
  });

  const texts = async (stream: AsyncIterable<{ position: number; response: StreamResponse }>, count: number) => {
    const seen: string[] = [];
    for await (const { position, response } of stream) {
      const artifacts = 'task' in response ? (response.task.artifacts ?? []) : [];
      seen.push(`${position} ${Object.keys(response)} ${artifacts.length}`);
      if (seen.length === count) break;
    }
    return seen;
  };

  it.each([
    ['as it is, if that fits into an event', 16 * MB, undefined, [`${pieces + 2} task 1`]],
    ['from its first entry, if it does not', MB / 2, undefined, ['1 task 0', '2 statusUpdate 0', '3 artifactUpdate 0']],
    ['as the client knows it, if that fits', MB / 2, '4', ['4 task 1', '5 artifactUpdate 0']],
    ['from its first entry, if the client knows too much', MB / 2, '10', ['1 task 0', '2 statusUpdate 0']],
  ])('is streamed %s', async (_, maxAnswerBytes, from, expected) => {
    const stream = await operations(maxAnswerBytes).subscribeToTask(call(from), { id });
    expect(await texts(stream, expected.length)).toEqual(expected);
  });
});

describe('LargeReads', () => {
  it('lets a small read pass at once, and goes on after one that fails', async () => {
    const reads = new LargeReads();
    const order: string[] = [];
    const work = (name: string) => async () => {
      order.push(name);
      if (name === 'fails') throw new Error('no store');
    };
    const all = [reads.run(MB, work('fails')), reads.run(MB, work('large')), reads.run(10, work('small'))];
    await Promise.allSettled(all);
    expect(order).toEqual(['small', 'fails', 'large']);
  });
});
