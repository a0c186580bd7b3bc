import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Operations } from '#services/gateway/a2a/operations.ts';
import { A2AError } from '#shared/a2a/errors.ts';
import type { TaskId } from '#shared/ids.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { Correlator } from '#shared/tasks/correlator.ts';
import { submit } from '#shared/tasks/submit.ts';
import { artifactEvent, statusEvent } from '#test/support/task-events.ts';
import { type Core, echo, openCore, submission, userMessage } from '../../../shared/tasks/mesh.ts';

const KB = 1024;

let core: Core;

beforeEach(async () => {
  core = await openCore();
});
afterEach(() => core.remove());

/** A task with an artifact of this size. */
async function taskOf(bytes: number): Promise<TaskId> {
  const { taskId } = await submit(core.runtime, submission(userMessage()));
  for (let piece = 1; bytes > 0; piece++, bytes -= 100_000) {
    const text = 'x'.repeat(Math.min(bytes, 100_000));
    await core.tasks.apply(
      artifactEvent(await core.task(taskId), { sequence: piece }, { text, append: piece > 1, lastChunk: false }),
    );
  }
  return taskId;
}

function operations(maxAnswerBytes = 16_000 * KB): Operations {
  const runtime = { ...core.runtime, settings: { maxAnswerBytes } };
  return new Operations(runtime as unknown as Runtime, new Correlator(core.tasks));
}

const call = (clientId = 'app') => ({
  agent: echo,
  principal: { clientId, scopes: [] },
  traceparent: undefined,
  signal: new AbortController().signal,
  timeUp: undefined,
  lastEventId: undefined,
  idempotencyKey: undefined,
  allowance: undefined,
  extensions: [],
});

async function pages(to: Operations, params: object) {
  const all: { readonly ids: readonly string[]; readonly bytes: number }[] = [];
  let pageToken = '';
  do {
    const page = await to.listTasks(call(), { ...params, pageToken });
    all.push({ ids: page.tasks.map(({ id }) => id), bytes: JSON.stringify(page).length });
    pageToken = page.nextPageToken;
  } while (pageToken !== '');
  return all;
}

describe('ListTasks', () => {
  it('ends a page at a number of bytes, and goes on after it', async () => {
    const made: TaskId[] = [];
    for (let i = 0; i < 6; i++) made.push(await taskOf(300_000));
    const all = await pages(operations(), { includeArtifacts: true });
    expect(all.map(({ ids }) => ids.length)).toEqual([3, 3]);
    for (const { bytes } of all) expect(bytes).toBeLessThan(1024 * KB);
    expect(all.flatMap(({ ids }) => ids).toSorted()).toEqual(made.toSorted());
    expect(await pages(operations(), {})).toHaveLength(1);
  });

  it('ends a page at a number of bytes that it read, also if it shows none of them', async () => {
    for (let i = 0; i < 5; i++) await taskOf(3_000_000);
    expect((await pages(operations(), {})).map(({ ids }) => ids.length)).toEqual([3, 2]);
  });

  it('tells how to pass a task that is larger than an answer', async () => {
    const small = await taskOf(10);
    const large = await taskOf(300_000);
    await core.tasks.apply(statusEvent(await core.task(small), { sequence: 2 }, 'TASK_STATE_WORKING'));
    const to = operations(100 * KB);
    const first = await to.listTasks(call(), { includeArtifacts: true, pageSize: 1 });
    const rest = { includeArtifacts: true, pageToken: first.nextPageToken };
    const ids = new Set(first.tasks.map(({ id }) => id));
    const thrown = await to.listTasks(call(), ids.has(small) ? rest : { includeArtifacts: true }).catch((e) => e);
    expect(thrown).toBeInstanceOf(A2AError);
    expect(thrown).toMatchObject({ reason: 'ANSWER_TOO_LARGE', metadata: { taskId: large } });
    const after = await to.listTasks(call(), { includeArtifacts: true, pageToken: thrown.metadata.nextPageToken });
    expect(after.tasks.map(({ id }) => id)).not.toContain(large);
    expect((await to.listTasks(call(), {})).tasks).toHaveLength(2);
  });

  it('takes the tokens of its own list alone', async () => {
    for (let i = 0; i < 2; i++) await taskOf(10);
    const to = operations();
    const { nextPageToken: pageToken } = await to.listTasks(call(), { pageSize: 1 });
    const forged = Buffer.from(`${Buffer.from(pageToken, 'base64url').toString().split('.')[0]}.x`).toString(
      'base64url',
    );
    expect((await to.listTasks(call(), { pageToken, pageSize: '2' })).tasks).toHaveLength(1);
    for (const attempt of [
      to.listTasks(call('another'), { pageToken }),
      to.listTasks({ ...call(), agent: { ...echo, id: 'calculator' } as never }, { pageToken }),
      to.listTasks(call(), { pageToken, status: 'TASK_STATE_WORKING' }),
      to.listTasks(call(), { pageToken: forged }),
      to.listTasks(call(), { pageToken: 'x'.repeat(100_000) }),
    ]) {
      await expect(attempt).rejects.toMatchObject({ reason: 'INVALID_PARAMS', field: 'pageToken' });
    }
  });

  it('counts a part of a millisecond as after it', async () => {
    const id = await taskOf(0);
    const { statusAt } = await core.task(id);
    const at = new Date(statusAt).toISOString();
    const found = async (statusTimestampAfter: string) =>
      (await operations().listTasks(call(), { statusTimestampAfter })).tasks.length;
    expect(await found(at)).toBe(1);
    expect(await found(at.replace('Z', '000000Z'))).toBe(1);
    expect(await found(at.replace('Z', '001Z'))).toBe(0);
    expect(await found(at.replace('Z', '+00:00'))).toBe(1);
  });
});
