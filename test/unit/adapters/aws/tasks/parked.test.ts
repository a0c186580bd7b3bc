import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskRecord } from '#shared/ports/task.ts';
import { openMemoryTaskStore } from '#test/support/memory-task-store.ts';
import { artifactEvent, newTask } from '#test/support/task-events.ts';

describe('parked events on DynamoDB', () => {
  let store: ReturnType<typeof openMemoryTaskStore>;
  let task: TaskRecord;

  beforeEach(async () => {
    store = openMemoryTaskStore();
    const created = await store.tasks.create(newTask());
    if (!created.created) throw new Error('the task was there already');
    task = created.task;
  });
  afterEach(() => store.close());

  const event = (sequence: number) => artifactEvent(task, { sequence }, { append: sequence > 1, lastChunk: false });
  const state = () => store.table.items.get(`${task.id}\ntask`) as Record<string, unknown>;
  const park = async (count: number) => {
    await Promise.all(Array.from({ length: count }, (_, i) => store.tasks.apply(event(i + 2))));
  };

  it('are counted, once each, and make room when they are folded', async () => {
    await park(3);
    await store.tasks.apply(event(2));
    expect(state().parked).toMatch(/^3 \d+$/);
    await store.tasks.apply(event(1));
    expect(state().parked).toBe('0 0');
    expect(await store.tasks.get(task.id)).toMatchObject({ sequence: 4 });
  });

  it('have a bound, and an event that comes again does not count', async () => {
    await park(1);
    Object.assign(state(), { parked: '20000 1000' });
    expect(await store.tasks.apply(event(3))).toEqual({
      kind: 'exceeded',
      reason: 'The task reached a bound: it would have more than 20,000 events that wait for an earlier one.',
    });
    expect(await store.tasks.apply(event(2))).toEqual({ kind: 'parked' });
    expect([...store.table.items.keys()].filter((key) => key.includes('event#'))).toHaveLength(1);
  });

  it('go on after a crash between two slices, at the next delivery', async () => {
    await park(250);
    const { client } = store.table;
    const send = client.send.bind(client);
    let writes = 0;
    Object.assign(client, {
      send(command: { readonly constructor: { readonly name: string } }) {
        if (command.constructor.name === 'PutCommand' && ++writes === 2) throw new Error('the process died');
        return send(command as never);
      },
    });
    await expect(store.tasks.apply(event(1))).rejects.toThrow();
    expect(await store.tasks.get(task.id)).toMatchObject({ sequence: 101 });
    expect(await store.tasks.apply(event(1))).toEqual({ kind: 'dropped', why: 'duplicate' });
    expect(await store.tasks.get(task.id)).toMatchObject({ sequence: 251, position: 252 });
  });

  it('are read in slices of a bounded size', async () => {
    await park(250);
    store.table.largestPage = 0;
    await store.tasks.apply(event(1));
    expect(store.table.largestPage).toBeLessThan(100 * 1_000);
  });
});
