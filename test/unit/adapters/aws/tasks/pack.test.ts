import { describe, expect, it } from 'vitest';
import { pack, unpack } from '#adapters/aws/tasks/pack.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import { newTask } from '#test/support/task-events.ts';

const task = newTask();
const { id: taskId, contextId } = task;
const timestamp = '2026-01-01T12:00:00.000Z';
const message = { messageId: 'm', role: 'ROLE_USER' as const, parts: [{ text: 'hello' }] as [{ text: string }] };
const place = { position: 3, turn: 2, attempt: 1 };
const submitted = { state: 'TASK_STATE_SUBMITTED' as const, timestamp };
const entries: Readonly<Record<string, LogEntry>> = {
  'a message': { kind: 'message', ...place, message: { ...message, taskId, contextId }, status: submitted },
  'a message without ids': { kind: 'message', ...place, message, status: submitted },
  'a message with other ids': {
    kind: 'message',
    ...place,
    message: { ...message, taskId: 'another', contextId: 'another', metadata: { note: 0 } },
    status: submitted,
  },
  'a status': { kind: 'status', ...place, status: { state: 'TASK_STATE_WORKING', timestamp } },
  'a status with a message': {
    kind: 'status',
    ...place,
    status: { state: 'TASK_STATE_COMPLETED', timestamp, message: { ...message, taskId, contextId } },
  },
  'a whole artifact': {
    kind: 'artifact',
    ...place,
    artifact: { artifactId: 'a', parts: [{ text: '42' }] },
    append: false,
    lastChunk: true,
  },
  'a chunk': {
    kind: 'artifact',
    ...place,
    artifact: { artifactId: 'a', parts: [{ data: { taskId, nested: [null, 1.5] } }] },
    append: true,
    lastChunk: false,
  },
};

describe('a packed entry', () => {
  it.each(Object.entries(entries))('of %s is the same unpacked, after its way as JSON', (_, entry) => {
    expect(unpack(JSON.parse(JSON.stringify(pack(entry, task))), task)).toStrictEqual(entry);
  });

  it('does not repeat the ids of its task in messages', () => {
    for (const name of ['a message', 'a status with a message']) {
      const text = JSON.stringify(pack(entries[name] as LogEntry, task));
      expect(text).not.toContain(taskId);
      expect(text).not.toContain(contextId);
    }
  });
});
