import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TaskId } from '#shared/ids.ts';
import type { NewTask } from '#shared/ports/task-store.ts';
import { openMemoryTaskStore } from '#test/support/memory-task-store.ts';
import { newTask, noon, resultEvent, statusEvent } from '#test/support/task-events.ts';

let mesh: ReturnType<typeof openMemoryTaskStore>;
beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  mesh = openMemoryTaskStore();
});
afterEach(() => {
  vi.useRealTimers();
  mesh.close();
});

const isUnsent = (id: TaskId) => mesh.table.items.get(`${id}\ntask`)?.unsent !== undefined;
const requests = () => mesh.published.filter((event) => event['detail-type'] === 'TaskRequested.v1');

async function create(isFollowed: boolean): Promise<NewTask> {
  const task = newTask({ isFollowed });
  await mesh.tasks.create(task);
  return task;
}

/** Follows the log to its end, or until the signal aborts. */
async function follow(id: TaskId, signal = new AbortController().signal): Promise<number> {
  let entries = 0;
  for await (const page of mesh.tasks.tail(id, 1, signal)) entries += page.length;
  return entries;
}

describe('the note that a request is sent', () => {
  it('is made at once where nobody follows the log', async () => {
    const { id } = await create(false);
    expect(isUnsent(id)).toBe(false);
  });

  it("is the agent's answer where a caller follows the log, which saves a write", async () => {
    const writes = async (isFollowed: boolean) => {
      const before = mesh.table.work.written;
      const task = await create(isFollowed);
      expect(isUnsent(task.id)).toBe(isFollowed);
      const following = follow(task.id);
      await mesh.tasks.apply(resultEvent(task, { sequence: 1 }, ['answer']));
      await vi.advanceTimersByTimeAsync(5_000);
      expect(await following).toBe(2);
      expect(isUnsent(task.id)).toBe(false);
      return mesh.table.work.written - before;
    };
    const [alone, followed] = [await writes(false), await writes(true)];
    expect(alone - followed).toBe(1);
  });

  it('is made for an agent that says nothing for five seconds, once', async () => {
    const { id } = await create(true);
    const leave = new AbortController();
    const following = follow(id, leave.signal);
    await vi.advanceTimersByTimeAsync(4_900);
    expect(isUnsent(id)).toBe(true);
    await vi.advanceTimersByTimeAsync(200);
    expect(isUnsent(id)).toBe(false);
    const { written } = mesh.table.work;
    leave.abort();
    await following;
    expect(mesh.table.work.written).toBe(written);
  });

  it('is made before the caller leaves', async () => {
    const { id } = await create(true);
    await follow(id, AbortSignal.abort());
    expect(isUnsent(id)).toBe(false);
  });

  it('is made where the caller never comes', async () => {
    const { id } = await create(true);
    await vi.advanceTimersByTimeAsync(5_100);
    expect(isUnsent(id)).toBe(false);
  });

  it('is the end of a task that its client cancels', async () => {
    const { id } = await create(true);
    const status = { state: 'TASK_STATE_CANCELED', timestamp: new Date(noon).toISOString() } as const;
    await mesh.tasks.end({ taskId: id, status, events: () => [] });
    await vi.advanceTimersByTimeAsync(5_000);
    expect(await mesh.tasks.get(id)).toMatchObject({ state: 'TASK_STATE_CANCELED' });
    expect(isUnsent(id)).toBe(false);
  });
});

/** A sweep that looks at this task. The time in its id may be later than noon, because ids only grow. */
function sweep({ id }: NewTask): Promise<number> {
  return mesh.tasks.recover(Number.parseInt(id.slice(0, 13).replace('-', ''), 16) + 1);
}

describe('a process that dies before the note', () => {
  it('leaves an agent that has answered alone', async () => {
    const task = await create(true);
    await mesh.tasks.apply(statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'));
    expect(await sweep(task)).toBe(0);
    expect(requests()).toHaveLength(1);
  });

  it('leaves the request to the sweeper, whose attempts fence the first', async () => {
    const task = await create(true);
    expect(await sweep(task)).toBe(1);
    expect(requests()).toHaveLength(2);
    expect((await mesh.tasks.get(task.id))?.attemptBase).toBeGreaterThan(0);
    expect(isUnsent(task.id)).toBe(false);
  });
});
