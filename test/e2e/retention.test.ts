import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TaskRecord } from '#shared/ports/task.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { Mesh } from '#test/support/mesh.ts';
import { openSqlite } from '#test/support/sqlite.ts';
import { entryOf, newTask, statusEvent } from '#test/support/task-events.ts';

const DAY = 86_400_000;

/** A task of the mesh's own client, as an agent completed it some days ago. */
async function completedTask(folder: string, days: number): Promise<TaskRecord> {
  const now = Date.now() - days * DAY;
  const sqlite = await openSqlite({ now: () => now }, folder);
  const created = await sqlite.tasks.create(
    newTask({ owner: 'starling-cli', createdAt: now, deadline: now + 300_000 }),
  );
  if (!created.created) throw new Error('the task was there already');
  const event = statusEvent(created.task, { sequence: 1 }, 'TASK_STATE_COMPLETED');
  const status = { ...event.data.status, timestamp: new Date(now).toISOString() };
  await sqlite.bus.put([entryOf({ ...event, data: { ...event.data, status } })]);
  await sqlite.close();
  return created.task;
}

describe('a mesh whose retention is a week', () => {
  const data = temporaryFolder();
  let mesh: Mesh;
  let old: TaskRecord;
  let young: TaskRecord;

  beforeAll(async () => {
    old = await completedTask(data, 8);
    young = await completedTask(data, 6);
    // A start too long after what was stored last waits for an hour before it believes the clock.
    await completedTask(data, 0);
    mesh = await Mesh.start({ data, env: { STARLING_RETENTION: '7' } });
  }, 60_000);
  afterAll(async () => {
    await mesh.stop();
    rmSync(data, { recursive: true, force: true });
  });

  const figure = async (series: string) => {
    const text = await (await mesh.admin('/metrics')).text();
    const line = text.split('\n').find((each) => each.startsWith(series));
    return line === undefined ? undefined : Number(line.slice(series.length));
  };

  it('deletes what is older, which is then not found by any way, and keeps the rest', { timeout: 60_000 }, async () => {
    while ((await figure('starling_pruned_total{what="events"} ')) === undefined) await sleep(100);
    for (const method of ['GetTask', 'SubscribeToTask', 'CancelTask']) {
      const { body } = await mesh.rpc('echo', method, { id: old.id }, { 'last-event-id': '1' });
      expect([method, body.error?.code]).toEqual([method, -32001]);
    }
    expect((await mesh.admin(`/admin/tasks/${old.id}`)).status).toBe(404);
    expect((await mesh.task('echo', young.id)).status.state).toBe('TASK_STATE_COMPLETED');
    expect(await mesh.send('echo', 'hello')).toMatchObject({ status: { state: 'TASK_STATE_COMPLETED' } });
    expect(mesh.output).toContain('what was older than the retention was deleted');
  });

  it('tells how large its store is', async () => {
    const [live, file, log] = await Promise.all(
      ['live', 'file', 'log'].map((what) => figure(`starling_store_bytes{what="${what}"} `)),
    );
    expect(live).toBeGreaterThan(100_000);
    expect(file).toBeGreaterThan(100_000);
    expect(log).toBeGreaterThan(0);
  });
});
