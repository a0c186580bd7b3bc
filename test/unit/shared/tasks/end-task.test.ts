import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { schemaFor } from '#shared/events/catalog.ts';
import type { CloudEvent } from '#shared/events/envelope.ts';
import { EventPublisher } from '#shared/events/publisher.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import { endTask } from '#shared/tasks/end-task.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { archivedEvents } from '#test/support/archive.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';
import { entryOf, newTask, statusEvent } from '#test/support/task-events.ts';

describe('endTask', () => {
  const clock = new TestClock();
  let sqlite: SqliteAdapters;
  let task: TaskRecord;

  beforeEach(async () => {
    sqlite = await openSqlite(clock);
    const created = await sqlite.tasks.create(newTask());
    if (!created.created) throw new Error('the task was there already');
    task = created.task;
    await sqlite.bus.put([entryOf(statusEvent(task, { attempt: 2, sequence: 1 }, 'TASK_STATE_WORKING'))]);
  });
  afterEach(() => sqlite.remove());

  const end = (changes: Partial<Parameters<typeof endTask>[2]> = {}) => {
    const { tasks, bus } = sqlite;
    const runtime = { tasks, publisher: new EventPublisher(bus, clock), clock };
    return endTask(runtime, task, { state: 'TASK_STATE_FAILED', text: 'too late', reason: 'the deadline', ...changes });
  };
  const published = async () => (await archivedEvents(sqlite.bus)).slice(2);

  it('ends the task with a word to its client', async () => {
    expect(await end()).toBe(true);
    expect(await sqlite.tasks.get(task.id)).toMatchObject({ state: 'TASK_STATE_FAILED', statusAt: clock.now() });
    const [entry] = await entriesOf(sqlite.tasks, task.id, 2);
    expect(entry).toMatchObject({
      kind: 'status',
      position: 3,
      attempt: 2,
      status: {
        state: 'TASK_STATE_FAILED',
        timestamp: new Date(clock.now()).toISOString(),
        message: { role: 'ROLE_AGENT', parts: [{ text: 'too late' }], taskId: task.id, contextId: task.contextId },
      },
    });
  });

  it('names the client that canceled the task, whose turn the order to stop takes', async () => {
    await end({ state: 'TASK_STATE_CANCELED', principal: { clientId: 'app', scopes: ['starling/agents:invoke'] } });
    const [, cancel] = await published();
    expect(cancel?.detail).toMatchObject({ data: { principal: { id: 'app', scopes: ['starling/agents:invoke'] } } });
  });

  it('tells everybody, and the agent to stop, by events that keep their schemas', async () => {
    await end();
    const [changed, cancel] = await published();
    const place = { taskId: task.id, contextId: task.contextId, agentId: 'echo', turn: 1 };
    expect(changed).toMatchObject({
      source: 'starling.tasks',
      'detail-type': 'TaskStatusChanged.v1',
      detail: { correlationid: task.id, subject: task.id, data: { ...place, attempt: 2, sequence: 0 } },
    });
    expect(cancel).toMatchObject({
      source: 'starling.tasks',
      'detail-type': 'TaskCancelRequested.v1',
      detail: { correlationid: task.id, subject: task.id, data: { ...place, reason: 'the deadline' } },
    });
    for (const event of await published()) {
      const { data } = event.detail as CloudEvent;
      expect(schemaFor('starling.tasks', event['detail-type'])?.validate(data)).toBeUndefined();
    }
    // The mesh's own events do not come back to the fold.
    expect(await sqlite.quarantine.count()).toBe(0);
  });

  it('goes on with the trace that it is given', async () => {
    await end({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    const traces = (await published()).map(({ detail }) => (detail as CloudEvent).traceparent);
    expect(traces).toEqual([
      expect.stringMatching(/^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)/),
      expect.stringMatching(/^00-0af7651916cd43dd8448eb211c80319c-/),
    ]);
  });

  it('needs no words', async () => {
    const { tasks, bus } = sqlite;
    const runtime = { tasks, publisher: new EventPublisher(bus, clock), clock };
    await endTask(runtime, task, { state: 'TASK_STATE_CANCELED', reason: 'the client said so' });
    const [entry] = await entriesOf(sqlite.tasks, task.id, 2);
    expect(entry).toMatchObject({ status: { state: 'TASK_STATE_CANCELED' } });
    expect((entry as { status: object }).status).not.toHaveProperty('message');
  });

  it('does nothing to a task that has ended', async () => {
    await sqlite.bus.put([entryOf(statusEvent(task, { attempt: 2, sequence: 2 }, 'TASK_STATE_COMPLETED'))]);
    expect(await end()).toBe(false);
    expect((await sqlite.tasks.get(task.id))?.state).toBe('TASK_STATE_COMPLETED');
    expect(await published()).toHaveLength(1);
  });
});
