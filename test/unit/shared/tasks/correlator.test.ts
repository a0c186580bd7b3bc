import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskState } from '#shared/a2a/types.ts';
import type { TaskId } from '#shared/ids.ts';
import { Correlator } from '#shared/tasks/correlator.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { endsTurn, turnHasEnded } from '#shared/tasks/state.ts';
import { submit } from '#shared/tasks/submit.ts';
import { statusEvent } from '#test/support/task-events.ts';
import { type Core, openCore, submission, userMessage } from './mesh.ts';

/** Longer than any test: a wait that takes so long fails by the test's own time limit. */
const LONG_MS = 60_000;

const endsATurn: Record<TaskState, boolean> = {
  TASK_STATE_SUBMITTED: false,
  TASK_STATE_WORKING: false,
  TASK_STATE_COMPLETED: true,
  TASK_STATE_FAILED: true,
  TASK_STATE_CANCELED: true,
  TASK_STATE_REJECTED: true,
  TASK_STATE_INPUT_REQUIRED: true,
  TASK_STATE_AUTH_REQUIRED: true,
};
const states = Object.entries(endsATurn) as [TaskState, boolean][];
const ending = states.flatMap(([state, ends]) => (ends ? [state] : []));

let core: Core;
let correlator: Correlator;
beforeEach(async () => {
  core = await openCore();
  correlator = new Correlator(core.tasks);
});
afterEach(() => core.remove());

const begin = () => submit(core.runtime, submission(userMessage()));

async function moves(id: TaskId, sequence: number, state: TaskState): Promise<void> {
  const task = await core.task(id);
  await core.tasks.apply(statusEvent(task, { turn: task.turn, sequence }, state, 'said'));
}

const stateOf = (log: readonly { kind: string; status?: { state: TaskState } }[]) => log.at(-1)?.status?.state;

describe('the end of a turn', () => {
  it.each(states)('%s: %s', (state, ends) => {
    const status = { state, timestamp: '2026-01-01T00:00:00.000Z' };
    expect(turnHasEnded(state)).toBe(ends);
    expect(endsTurn({ kind: 'status', position: 2, turn: 2, attempt: 1, status }, 2)).toBe(ends);
    expect(endsTurn({ kind: 'status', position: 2, turn: 1, attempt: 1, status }, 2)).toBe(false);
  });

  it('is no message and no artifact', () => {
    const place = { position: 1, turn: 1, attempt: 0 };
    const artifact = { artifactId: 'a', parts: [{ text: 'x' }] };
    expect(endsTurn(undefined)).toBe(false);
    expect(endsTurn({ ...place, kind: 'artifact', artifact, append: false, lastChunk: true } as never)).toBe(false);
  });
});

describe('settled', () => {
  it.each(ending)('resolves at %s', async (state) => {
    const submitted = await begin();
    const settled = correlator.settled(submitted, { waitMs: LONG_MS, timeUp: undefined });
    await moves(submitted.taskId, 1, 'TASK_STATE_WORKING');
    await moves(submitted.taskId, 2, state);
    expect(stateOf(await settled)).toBe(state);
  });

  it('resolves at the end of its own turn, not of the one before', async () => {
    const { taskId } = await begin();
    await moves(taskId, 1, 'TASK_STATE_INPUT_REQUIRED');
    const second = await submit(core.runtime, submission(userMessage({ taskId })));
    const settled = correlator.settled(second, { waitMs: LONG_MS, timeUp: undefined });
    await moves(taskId, 1, 'TASK_STATE_COMPLETED');
    expect(await settled).toEqual(await entriesOf(core.tasks, taskId, 0));
  });

  it('resolves with the log so far when the wait ends', async () => {
    const submitted = await begin();
    const log = await correlator.settled(submitted, { waitMs: 1, timeUp: undefined });
    expect(log.map(({ kind }) => kind)).toEqual(['message']);
  });

  it('resolves at once when the turn has ended already', async () => {
    const message = userMessage();
    const { taskId } = await submit(core.runtime, submission(message));
    await moves(taskId, 1, 'TASK_STATE_INPUT_REQUIRED');
    const again = await submit(core.runtime, submission(message));
    const log = await correlator.settled(again, { waitMs: LONG_MS, timeUp: undefined });
    expect(stateOf(log)).toBe('TASK_STATE_INPUT_REQUIRED');
  });

  it.each([
    ["the host's time is up", (up: AbortController) => up.abort()],
    ['the process drains', () => correlator.drain()],
  ])('resolves when %s', async (_when, ends) => {
    const timeUp = new AbortController();
    const submitted = await begin();
    const settled = correlator.settled(submitted, { waitMs: LONG_MS, timeUp: timeUp.signal });
    ends(timeUp);
    expect(stateOf(await settled)).toBe('TASK_STATE_SUBMITTED');
  });

  it('does not wait once the process drains', async () => {
    correlator.drain();
    const log = await correlator.settled(await begin(), { waitMs: LONG_MS, timeUp: undefined });
    expect(stateOf(log)).toBe('TASK_STATE_SUBMITTED');
  });
});

describe('follow', () => {
  /** The states that a stream yields, until it ends. */
  async function follow(id: TaskId, after: number, signal = new AbortController().signal) {
    const seen: (TaskState | undefined)[] = [];
    for await (const entries of correlator.follow(id, after, signal))
      seen.push(...entries.map((one) => stateOf([one])));
    return seen;
  }

  it.each(ending)('ends at %s', async (state) => {
    const { taskId } = await begin();
    const seen = follow(taskId, 1);
    await moves(taskId, 1, 'TASK_STATE_WORKING');
    await moves(taskId, 2, state);
    expect(await seen).toEqual(['TASK_STATE_WORKING', state]);
  });

  it('ends at the end of a turn, also when the next turn has begun', async () => {
    const { taskId } = await begin();
    await moves(taskId, 1, 'TASK_STATE_INPUT_REQUIRED');
    await submit(core.runtime, submission(userMessage({ taskId })));
    expect(await follow(taskId, 1)).toEqual(['TASK_STATE_INPUT_REQUIRED']);
  });

  it.each([
    ['the client goes', (gone: AbortController) => gone.abort()],
    ['the process drains', () => correlator.drain()],
  ])('ends when %s', async (_when, ends) => {
    const gone = new AbortController();
    const { taskId } = await begin();
    const seen = follow(taskId, 1, gone.signal);
    ends(gone);
    expect(await seen).toEqual([]);
  });

  it('ends at once for a client that has gone already', async () => {
    expect(await follow((await begin()).taskId, 0, AbortSignal.abort())).toEqual([]);
  });
});
