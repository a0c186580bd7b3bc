import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { handler as chunks } from '#services/tasks/chunks.ts';
import { handler as projector } from '#services/tasks/projector.ts';
import { EventPublisher } from '#shared/events/publisher.ts';
import type { AgentEvent, TaskRecord } from '#shared/ports/task.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { assemble } from '#shared/tasks/assemble.ts';
import { logOf } from '#shared/tasks/log.ts';
import { archivedEvents } from '#test/support/archive.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { kinesisEvent } from '#test/support/kinesis.ts';
import { lambdaContext, sqsEvent, sqsRecord } from '#test/support/lambda.ts';
import { inlineQueue, openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';
import { artifactEvent, entryOf, newTask, statusEvent } from '#test/support/task-events.ts';

const reason =
  'The task reached a bound: it would have more than 100,000 messages, status changes, artifacts and chunks.';

describe('a task that passes a bound', () => {
  const clock = new TestClock();
  let sqlite: SqliteAdapters;
  let task: TaskRecord;

  beforeEach(async () => {
    sqlite = await openSqlite(clock);
    const runtime = {
      tasks: sqlite.tasks,
      publisher: new EventPublisher(sqlite.bus, clock),
      quarantine: sqlite.quarantine,
      excusedReceives: () => 0,
      metrics: { count: () => {} },
      log: { warn: () => {}, error: () => {} },
      clock,
    };
    provideRuntime(runtime as unknown as Runtime);
    const created = await sqlite.tasks.create(newTask());
    if (!created.created) throw new Error('the task was there already');
    task = created.task;
  });
  afterEach(() => sqlite.remove());

  const ways: Record<string, (event: AgentEvent) => Promise<unknown>> = {
    'an event of the stream': (event) =>
      chunks(kinesisEvent(JSON.stringify(entryOf(event).detail)), { functionName: 'chunks' }),
    'an event of the bus': async (event) => {
      await sqlite.bus.put([entryOf(event)]);
      const [message] = await sqlite.queue.receive(inlineQueue, { max: 10, wait: 0 });
      return projector(sqsEvent(sqsRecord(JSON.parse(message?.body ?? ''))), lambdaContext('projector'));
    },
  };

  it.each(Object.keys(ways))('by %s fails with the bound, once, and its agent is told to stop', async (way) => {
    const deliver = ways[way] as (event: AgentEvent) => Promise<unknown>;
    await sqlite.tasks.apply(statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'));
    expect(await deliver(artifactEvent(task, { sequence: 100_001 }))).toEqual({ batchItemFailures: [] });
    const { status } = assemble(task, await logOf(sqlite.tasks, task.id));
    expect(status).toMatchObject({ state: 'TASK_STATE_FAILED', message: { parts: [{ text: reason }] } });
    await sqlite.tasks.apply(artifactEvent(task, { sequence: 100_001 }));
    const events = (await archivedEvents(sqlite.bus)).filter(({ source }) => source === 'starling.tasks');
    expect(events.map((event) => event['detail-type'])).toEqual([
      'TaskRequested.v1',
      'TaskStatusChanged.v1',
      'TaskCancelRequested.v1',
    ]);
    expect(events.at(-1)).toMatchObject({ detail: { data: { reason } } });
  });
});
