import { DynamoTaskStore } from '#adapters/aws/tasks/task-store.ts';
import { EntryRefusedError } from '#shared/ports/errors.ts';
import type { BusEntry, BusEvent } from '#shared/ports/event-bus.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { MemoryDynamoDb } from './memory-dynamodb.ts';
import { RETENTION_MS } from './sqlite.ts';
import { noon } from './task-events.ts';

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The task store of AWS on a table in memory. */
export function openMemoryTaskStore() {
  let now = noon;
  const table = new MemoryDynamoDb();
  const published: BusEvent[] = [];
  const blobs = new Map<string, Uint8Array>();
  const quarantined: string[] = [];
  const ended: TaskRecord[] = [];
  const put = ({ source, detailType, detail }: BusEntry, index: number) => {
    if (source === '') return { error: new EntryRefusedError('it has no source') };
    published.push({ source, 'detail-type': detailType, detail } as BusEvent);
    return { eventId: `event-${index}` };
  };
  const tasks = new DynamoTaskStore({
    documents: table.client,
    table: 'starling-test-tasks',
    bus: { put: async (entries) => entries.map(put) },
    blobs: { put: async (key, data) => void blobs.set(key, data), get: async (key) => blobs.get(key) },
    quarantine: {
      put: async (reason) => void quarantined.push(reason),
      count: async () => quarantined.length,
      list: async () => ({ events: [] }),
    },
    clock: { now: () => now },
    retentionMs: RETENTION_MS,
    log: silent,
    onEnded: (task) => void ended.push(task),
  });
  return {
    tasks,
    table,
    published,
    quarantined,
    ended,
    pass(seconds: number) {
      now += seconds * 1_000;
    },
    close: () => table.client.destroy(),
  };
}
