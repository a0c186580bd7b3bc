import { describe, expect, it } from 'vitest';
import {
  inlineEntries,
  type LogBody,
  logKey,
  logKeysAfter,
  MAX_BODY_BYTES,
  planWrite,
  positionOf,
} from '#adapters/aws/tasks/plan-write.ts';
import { fromItem, itemBytes, STATE, type StoredTask, toItem } from '#adapters/aws/tasks/stored-task.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import { newTask, noon } from '#test/support/task-events.ts';

const { id, contextId, agentId, owner, deadline } = newTask();

function stored(changes: Partial<StoredTask> = {}): StoredTask {
  return {
    task: {
      id,
      contextId,
      agentId,
      owner,
      state: 'TASK_STATE_WORKING',
      statusAt: noon,
      createdAt: noon,
      deadline,
      turn: 1,
      attempt: 1,
      sequence: 1,
      attemptBase: 0,
      position: 2,
      bytes: 100,
      artifacts: [],
      artifactCount: 0,
    },
    version: 'now',
    entries: undefined,
    log: undefined,
    unsent: undefined,
    isListed: true,
    messages: 'abcdefghijk',
    parked: undefined,
    due: undefined,
    expiresAt: noon / 1_000,
    ...changes,
  };
}
const artifact = (position: number, length: number): LogEntry => ({
  kind: 'artifact',
  position,
  turn: 1,
  attempt: 1,
  artifact: { artifactId: 'a', parts: [{ text: 'x'.repeat(length) }] },
  append: false,
  lastChunk: true,
});
const bodyOf = ({ body }: { body: string }): LogBody => JSON.parse(body);
const positions = (entries: LogBody['entries']) => entries.map(([position]) => position);
const event = { source: 's', detailType: 't', detail: {} };

describe('where entries go', () => {
  it('stay in the state item while it has one kilobyte', () => {
    let task = stored();
    let position = 3;
    for (; ; position++) {
      const plan = planWrite(task, [artifact(position, 50)], undefined);
      if (plan.items.length > 0) break;
      task = plan.stored;
      expect(itemBytes(toItem(task))).toBeLessThanOrEqual(1_024);
    }
    expect(position).toBeGreaterThan(6);
    expect(positions(inlineEntries(task))).toEqual(Array.from({ length: position - 3 }, (_, i) => i + 3));
    // With another it would have passed the kilobyte.
    expect(itemBytes(toItem(task)) + 100).toBeGreaterThan(984);
  });

  it('go into a log item else, which names the one before it', () => {
    const before = stored({ log: logKey(2, 'then'), entries: '[]' });
    const { stored: after, items } = planWrite(before, [artifact(3, 500), artifact(4, 500)], undefined);
    expect(items).toMatchObject([{ sk: logKey(4, 'now'), before: logKey(2, 'then') }]);
    expect(after).toEqual({ ...before, log: logKey(4, 'now') });
    expect(items.map((item) => positions(bodyOf(item).entries))).toEqual([[3, 4]]);
  });

  it('are split over log items of 256 KB, and a larger one has its own', () => {
    const sizes = [100_000, 100_000, 100_000, 400_000, 10, 10];
    const entries = sizes.map((size, i) => artifact(i + 3, size));
    const { stored: after, items } = planWrite(stored(), entries, { events: [event] });
    expect(items.map((item) => positions(bodyOf(item).entries))).toEqual([[3, 4], [5], [6], [7, 8]]);
    expect(items.map(({ before }) => before)).toEqual([undefined, ...items.slice(0, 3).map(({ sk }) => sk)]);
    expect(after.log).toBe(items[3]?.sk);
    expect(items.map((item) => bodyOf(item).outbox)).toEqual([undefined, undefined, undefined, { events: [event] }]);
    expect(after.unsent).toBe(after.log);
    for (const index of [0, 1, 3])
      expect(Buffer.byteLength(items[index]?.body ?? '')).toBeLessThanOrEqual(MAX_BODY_BYTES);
  });

  it('what is to be published stands beside them', () => {
    const outbox = { events: [event] };
    expect(planWrite(stored(), [artifact(3, 10)], outbox).stored.unsent).toBe(JSON.stringify(outbox));
  });

  it('nothing but the state is written for a change without entries, whatever its size', () => {
    const large = stored({ messages: 'x'.repeat(2_000) });
    expect(planWrite(large, [], undefined)).toEqual({ stored: large, items: [] });
  });
});

describe('the keys of the log', () => {
  it('sort by position, before the state item, and those after a position behind it', () => {
    const keys = [1, 2, 9, 10, 99, 1_000_000].map((position) => logKey(position, 'ffffffffffff'));
    expect(keys.toSorted()).toEqual(keys);
    for (const key of keys) expect(key < STATE).toBe(true);
    expect(keys.filter((key) => key > logKeysAfter(9))).toEqual(keys.slice(3));
    expect(keys.filter((key) => key > logKeysAfter(0))).toEqual(keys);
    expect(keys.map(positionOf)).toEqual([1, 2, 9, 10, 99, 1_000_000]);
  });
});

describe('the state item', () => {
  it('reads what an older version wrote', () => {
    const item = { ...toItem(stored()), bytes: undefined, artifacts: '["a","b"]', parked: true };
    expect(fromItem(item)).toMatchObject({
      task: { bytes: 0, artifacts: ['a', 'b'], artifactCount: 2 },
      parked: { events: 1, bytes: 0 },
    });
  });

  it('keeps all of a task', () => {
    const whole = stored({
      task: { ...stored().task, attemptBase: 1_000, artifacts: ['a', 'b'], artifactCount: 3 },
      entries: '[]',
      log: logKey(1, 'v'),
      unsent: '{}',
      parked: { events: 2, bytes: 300 },
      due: noon,
    });
    for (const task of [stored(), whole]) {
      const item = JSON.parse(JSON.stringify(toItem(task)));
      expect(fromItem(item)).toEqual(task);
      expect('watch' in item).toBe(task.due !== undefined);
    }
  });

  it('is not counted smaller than DynamoDB counts it', () => {
    // The sizes of the numbers by hand: 1 + a byte for two digits.
    expect(itemBytes({ a: 'ä', b: 12, c: true })).toBeGreaterThanOrEqual(1 + 2 + 1 + 2 + 1 + 1);
    expect(itemBytes({ n: 1_767_268_800_123 })).toBeGreaterThanOrEqual(1 + 8);
    expect(itemBytes({ n: undefined })).toBe(0);
  });
});
