import { describe, expect, it } from 'vitest';
import { EventPublisher, InvalidEventError } from '#shared/events/publisher.ts';
import type { TaskCancelRequestedV1 } from '#shared/generated/types.ts';
import { EntryRefusedError } from '#shared/ports/errors.ts';
import type { BusEntry, EventBus, PutResult } from '#shared/ports/event-bus.ts';
import { noon } from '#test/support/task-events.ts';

const data: TaskCancelRequestedV1 = { taskId: 'task-1', contextId: 'context-1', agentId: 'echo', turn: 1 };
const lineage = { correlationId: 'task-1', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };

function publisherOn(answer: (entries: readonly BusEntry[]) => PutResult[]) {
  const puts: (readonly BusEntry[])[] = [];
  const bus: Pick<EventBus, 'put'> = {
    put: async (entries) => {
      puts.push(entries);
      return answer(entries);
    },
  };
  return { publisher: new EventPublisher(bus as EventBus, { now: () => noon }), puts };
}
const { publisher } = publisherOn(() => []);

describe('EventPublisher.prepare', () => {
  it('makes an entry whose detail is the event, with its schema', () => {
    const entry = publisher.prepare('TaskCancelRequested.v1', data, {
      source: 'starling.tasks',
      subject: 'task-1',
      ...lineage,
    });
    expect(entry).toMatchObject({
      source: 'starling.tasks',
      detailType: 'TaskCancelRequested.v1',
      time: noon,
      detail: {
        source: 'starling.tasks',
        type: 'TaskCancelRequested.v1',
        time: new Date(noon).toISOString(),
        subject: 'task-1',
        dataschema: 'https://starling.example/schemas/starling.tasks/TaskCancelRequested.v1.json',
        correlationid: 'task-1',
        traceparent: lineage.traceparent,
        data,
      },
    });
  });

  it('takes another time than the clock’s where it is told', () => {
    const entry = publisher.prepare('TaskCancelRequested.v1', data, { source: 'starling.tasks', ...lineage, now: 1 });
    expect(entry).toMatchObject({ time: 1, detail: { time: '1970-01-01T00:00:00.001Z' } });
  });

  it('refuses data that breaks the schema, and says where', () => {
    const prepare = () =>
      publisher.prepare('TaskCancelRequested.v1', { ...data, turn: 0 }, { source: 'starling.tasks', ...lineage });
    expect(prepare).toThrow(InvalidEventError);
    expect(prepare).toThrow(/TaskCancelRequested\.v1 from starling\.tasks .*data\/turn must be >= 1/);
  });

  it.each(['starling.agents.echo', 'starling.registry'])(
    'refuses an event that the source %s does not have',
    (source) => {
      const prepare = () => publisher.prepare('TaskCancelRequested.v1', data, { source, ...lineage });
      expect(prepare).toThrow(InvalidEventError);
      expect(prepare).toThrow('has no such event');
    },
  );

  it('passes a foreign source untouched, whatever it says', () => {
    const strange = { ...data, turn: 0 };
    const entry = publisher.prepare('TaskCancelRequested.v1', strange, { source: 'com.example.shop', ...lineage });
    expect(entry.detail).toMatchObject({ source: 'com.example.shop', data: strange });
    expect(entry.detail).not.toHaveProperty('dataschema');
  });
});

describe('EventPublisher.publish', () => {
  const entry = publisher.prepare('TaskCancelRequested.v1', data, { source: 'starling.tasks', ...lineage });

  it('puts all entries in one batch', async () => {
    const { publisher: to, puts } = publisherOn((entries) => entries.map(() => ({ eventId: 'x' })));
    await to.publish([entry, entry]);
    expect(puts).toEqual([[entry, entry]]);
  });

  it('throws what the bus said of the first that it refused', async () => {
    const { publisher: to } = publisherOn(() => [
      { eventId: 'x' },
      { error: new EntryRefusedError('first') },
      { error: new EntryRefusedError('second') },
    ]);
    await expect(to.publish([entry, entry, entry])).rejects.toThrow('first');
  });
});
