import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { LogEntry, TaskRecord } from '#shared/ports/task.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { inlineQueue, openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';
import { artifactEvent, entry, entryOf, newTask, nextTurn, noon, statusEvent } from '#test/support/task-events.ts';

describe('SqliteTaskStore', () => {
  const clock = new TestClock();
  let sqlite: SqliteAdapters;

  beforeEach(async () => {
    sqlite = await openSqlite(clock);
  });
  afterEach(() => sqlite.remove());

  async function reopen(): Promise<void> {
    await sqlite.close();
    sqlite = await openSqlite(clock, sqlite.folder);
  }
  async function create(changes: Parameters<typeof newTask>[0] = {}): Promise<TaskRecord> {
    const created = await sqlite.tasks.create(newTask(changes));
    if (!created.created) throw new Error('the task was there already');
    return created.task;
  }
  const get = (task: TaskRecord) => sqlite.tasks.get(task.id);
  const log = (task: TaskRecord) => entriesOf(sqlite.tasks, task.id, 0);
  const put = (...entries: BusEntry[]) => sqlite.bus.put(entries);
  const parked = async () =>
    (
      await sqlite.database.read(() => sqlite.database.prepare('SELECT sequence FROM task_parked ORDER BY 1').all())
    ).map((row) => row.sequence);
  const waiting = async () =>
    (await sqlite.queue.receive(inlineQueue, { max: 10, wait: 0 })).map(({ body }) => JSON.parse(body));

  it('makes the task of a message anew whose transaction was undone', async () => {
    const fresh = newTask();
    const creating = sqlite.tasks.create(fresh);
    // Behind it in the same transaction, which this one spoils.
    const spoiling = sqlite.database.write(() => {
      sqlite.queue.sendWithin(inlineQueue, { body: 'never' });
      throw new Error('no');
    });
    await expect(spoiling).rejects.toThrow('no');
    const created = await creating;
    expect(created).toMatchObject({ created: true });
    expect(await sqlite.tasks.create(newTask({ messageId: fresh.messageId }))).toEqual({
      created: false,
      taskId: fresh.id,
    });
    expect(await entriesOf(sqlite.tasks, fresh.id, 0)).toHaveLength(1);
    expect(await waiting()).toEqual([]);
  });

  it('begins the turn of a message whose transaction was undone', async () => {
    const task = await create();
    await put(entryOf(statusEvent(task, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED', 'and?')));
    const beginning = sqlite.tasks.begin(nextTurn(task, 1));
    const spoiling = sqlite.database.write(() => {
      sqlite.queue.sendWithin(inlineQueue, { body: 'never' });
      throw new Error('no');
    });
    await expect(spoiling).rejects.toThrow('no');
    expect(await beginning).toMatchObject({ turn: 2 });
    expect(await get(task)).toMatchObject({ turn: 2, state: 'TASK_STATE_SUBMITTED' });
    expect(await log(task)).toHaveLength(3);
  });

  it('keeps tasks, logs, keys and what is parked over a restart, and goes on from there', async () => {
    const fresh = newTask();
    const created = await sqlite.tasks.create(fresh);
    if (!created.created) throw new Error('the task was there already');
    const { task } = created;
    await put(
      entryOf(statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING', 'on it')),
      entryOf(artifactEvent(task, { sequence: 2 }, { lastChunk: false })),
      entryOf(statusEvent(task, { sequence: 4 }, 'TASK_STATE_COMPLETED')),
    );
    const [record, entries] = [await get(task), await log(task)];
    expect(await parked()).toEqual([4]);

    await reopen();

    expect(await get(task)).toEqual(record);
    expect(await log(task)).toEqual(entries);
    expect(await sqlite.tasks.create(newTask({ messageId: fresh.messageId }))).toEqual({
      created: false,
      taskId: task.id,
    });
    expect(await sqlite.tasks.list({ limit: 10 })).toEqual({ tasks: [record] });
    // It still knows that the artifact was begun.
    await put(entryOf(artifactEvent(task, { sequence: 3 }, { append: true })));
    expect(await log(task)).toMatchObject([{}, {}, {}, { append: true, position: 4 }, { kind: 'status', position: 5 }]);
    expect(await get(task)).toMatchObject({ state: 'TASK_STATE_COMPLETED' });
    expect(await parked()).toEqual([]);
  });

  it('forgets what is parked when the task ends, by its agent or from outside', async () => {
    const [one, two, three] = [await create(), await create(), await create()];
    for (const task of [one, two, three]) {
      await put(entryOf(statusEvent(task, { sequence: 3 }, 'TASK_STATE_WORKING')));
      await put(entryOf(statusEvent(task, { attempt: 2, sequence: 2 }, 'TASK_STATE_WORKING')));
    }
    expect(await parked()).toHaveLength(6);
    await put(entryOf(statusEvent(one, { sequence: 1 }, 'TASK_STATE_COMPLETED')));
    expect(await parked()).toHaveLength(4);
    const status = { state: 'TASK_STATE_CANCELED' as const, timestamp: new Date(noon).toISOString() };
    await sqlite.tasks.end({ taskId: two.id, status, events: () => [] });
    expect(await parked()).toHaveLength(2);
    expect((await get(three))?.position).toBe(1);
  });

  it('leaves an event whose fold throws to the projector’s queue, and applies its neighbours', async () => {
    const task = await create();
    const broken = entryOf(statusEvent(task, { sequence: 2 }, 'TASK_STATE_WORKING'));
    const { status: _, ...data } = (broken.detail as { data: { status: unknown } }).data;
    await put(
      entryOf(statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING')),
      { ...broken, detail: { ...broken.detail, data } },
      { ...broken, detail: {} },
      entryOf(statusEvent(task, { sequence: 2 }, 'TASK_STATE_COMPLETED')),
    );
    expect(await get(task)).toMatchObject({ state: 'TASK_STATE_COMPLETED', sequence: 2, position: 3 });
    expect((await log(task)).map(({ position }) => position)).toEqual([1, 2, 3]);
    expect(await waiting()).toMatchObject([{ detail: { data } }, { detail: {} }]);
    expect(await sqlite.quarantine.count()).toBe(0);
  });

  it('forgets the first change of a task in a put when only that one threw', async () => {
    const task = await create();
    const broken = entryOf(statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'));
    await put({ ...broken, detail: { data: { ...(broken.detail as { data: object }).data, status: null } } });
    expect(await get(task)).toEqual(task);
    expect(await waiting()).toHaveLength(1);
    await put(broken);
    expect(await get(task)).toMatchObject({ sequence: 1 });
  });

  it('undoes an event whole when one that was parked behind it throws', async () => {
    const task = await create();
    const broken = entryOf(statusEvent(task, { sequence: 3 }, 'TASK_STATE_WORKING'));
    await put({ ...broken, detail: { data: { ...(broken.detail as { data: object }).data, status: null } } });
    await put(
      entryOf(statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING')),
      entryOf(statusEvent(task, { sequence: 2 }, 'TASK_STATE_WORKING')),
    );
    expect(await get(task)).toMatchObject({ sequence: 1, position: 2 });
    expect((await log(task)).map(({ position }) => position)).toEqual([1, 2]);
    expect(await waiting()).toMatchObject([{ detail: { data: { sequence: 2 } } }]);
    expect(await parked()).toEqual([3]);
  });

  it('tells of outcomes', async () => {
    const task = await create();
    const apply = async (...event: Parameters<SqliteAdapters['tasks']['apply']>) =>
      (await sqlite.tasks.apply(...event)).kind;
    expect(await apply(statusEvent(task, { sequence: 2 }, 'TASK_STATE_WORKING'))).toBe('parked');
    expect(await apply(statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'))).toBe('applied');
    expect(await apply(statusEvent(task, { sequence: 2 }, 'TASK_STATE_WORKING'))).toBe('dropped');
    const forged = { ...statusEvent(task, { sequence: 3 }, 'TASK_STATE_COMPLETED'), source: 'starling.agents.other' };
    expect(await apply(forged)).toBe('quarantined');
    expect(await apply(statusEvent(newTask(), { sequence: 1 }, 'TASK_STATE_WORKING'))).toBe('unknown');
  });

  it('reads from the archive exactly what the tail showed', async () => {
    const task = await create();
    const tailed: LogEntry[] = [];
    const tail = (async () => {
      for await (const entries of sqlite.tasks.tail(task.id, 0, new AbortController().signal)) tailed.push(...entries);
    })();
    // The first chunk of an attempt is logged otherwise than it was put.
    await put(
      entryOf(artifactEvent(task, { sequence: 1 }, { append: true, lastChunk: false })),
      entryOf(artifactEvent(task, { sequence: 2 }, { append: true })),
      entryOf(statusEvent(task, { sequence: 3 }, 'TASK_STATE_INPUT_REQUIRED', 'which?')),
    );
    await sqlite.tasks.begin(nextTurn(task, 1));
    await put(entryOf(statusEvent(task, { turn: 2, sequence: 1 }, 'TASK_STATE_COMPLETED', 'done')));
    await tail;
    await reopen();
    expect(await log(task)).toStrictEqual(tailed);
    expect(tailed[1]).toMatchObject({ append: false });
    expect(tailed[2]).toMatchObject({ append: true });
  });

  it('undoes the end of a task whose events cannot be published', async () => {
    const task = await create();
    const ending = (source: string) =>
      sqlite.tasks.end({
        taskId: task.id,
        status: { state: 'TASK_STATE_CANCELED', timestamp: new Date(noon).toISOString() },
        events: () => [entry('starling.tasks', 'Good', {}), entry(source, 'Bad', {})],
      });
    await expect(ending('')).rejects.toMatchObject({ code: 'ENTRY_REFUSED' });
    expect(await get(task)).toEqual(task);
    expect(await sqlite.bus.newest()).toBe(1);
    expect(await ending('starling.tasks')).toBe(true);
  });

  it('names every deadline to whoever watches them, the earliest of before first', async () => {
    await create({ deadline: noon + 9_000 });
    await create({ deadline: noon + 5_000 });
    const seen: number[] = [];
    sqlite.tasks.watchDeadlines((at) => seen.push(at));
    expect(seen).toEqual([noon + 5_000]);
    const task = await create({ deadline: noon + 7_000 });
    await put(entryOf(statusEvent(task, { sequence: 1 }, 'TASK_STATE_INPUT_REQUIRED')));
    const { deadline } = await sqlite.tasks.begin(nextTurn(task, 1));
    expect(seen).toEqual([noon + 5_000, noon + 7_000, deadline]);
  });

  it('watches no deadline of a task that has ended', async () => {
    const task = await create();
    await put(entryOf(statusEvent(task, { sequence: 1 }, 'TASK_STATE_COMPLETED')));
    const seen: number[] = [];
    sqlite.tasks.watchDeadlines((at) => seen.push(at));
    expect(seen).toEqual([]);
  });
});
