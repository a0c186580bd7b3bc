import { describe, expect, it } from 'vitest';
import { agentEventOf, logEntryOf } from '#shared/events/task-events.ts';
import type { BusEntry, BusEvent } from '#shared/ports/event-bus.ts';
import { artifactEvent, entry, entryOf, newTask, noon, statusEvent } from '#test/support/task-events.ts';

const task = newTask();
const place = { position: 7, turn: 2, attempt: 3 };
const event = ({ source, detailType, detail }: BusEntry) => ({ source, 'detail-type': detailType, detail }) as BusEvent;

describe('agentEventOf', () => {
  it.each([statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING'), artifactEvent(task, { sequence: 2 })])(
    'takes $detailType out of its envelope',
    (agentEvent) => {
      expect(agentEventOf(event(entryOf(agentEvent)))).toEqual(agentEvent);
    },
  );

  it('takes the source of the bus, not the one that the detail claims', () => {
    const put = entryOf(statusEvent(task, { sequence: 1 }, 'TASK_STATE_COMPLETED'));
    expect(agentEventOf(event({ ...put, source: 'starling.agents.other' }))?.source).toBe('starling.agents.other');
  });

  it.each(['TaskRequested.v1', 'TaskStatusChanged.v2', 'Anything'])('leaves %s alone', (type) => {
    expect(agentEventOf(event(entry('starling.agents.echo', type, {})))).toBeUndefined();
  });
});

describe('logEntryOf', () => {
  it('makes the entry of a message', () => {
    const { message } = (task.request.detail as { data: { message: unknown } }).data;
    expect(logEntryOf(event(task.request), place)).toEqual({
      kind: 'message',
      ...place,
      message,
      status: { state: 'TASK_STATE_SUBMITTED', timestamp: new Date(noon).toISOString() },
    });
  });

  it('makes the entry of a status', () => {
    const put = statusEvent(task, { sequence: 1 }, 'TASK_STATE_WORKING', 'on it');
    expect(logEntryOf(event(entryOf(put)), place)).toEqual({ kind: 'status', ...place, status: put.data.status });
  });

  it('makes the entry of an artifact', () => {
    const put = artifactEvent(task, { sequence: 1 }, { append: true, lastChunk: false });
    const { artifact } = put.data;
    expect(logEntryOf(event(entryOf(put)), place)).toEqual({
      kind: 'artifact',
      ...place,
      artifact,
      append: true,
      lastChunk: false,
    });
  });

  it('refuses any other event', () => {
    expect(() => logEntryOf(event(entry('starling.tasks', 'TaskCancelRequested.v1', {})), place)).toThrow(
      'TaskCancelRequested.v1',
    );
  });
});
