import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { tableName } from '#adapters/aws/tables.ts';
import { DynamoTaskStore } from '#adapters/aws/tasks/task-store.ts';
import type { BlobStore } from '#shared/ports/blob-store.ts';
import type { Clock } from '#shared/ports/clock.ts';
import { EntryRefusedError } from '#shared/ports/errors.ts';
import type { EventBus } from '#shared/ports/event-bus.ts';
import type { Quarantine, QuarantinePage } from '#shared/ports/quarantine.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import { RETENTION_MS } from '#test/support/sqlite.ts';
import { RecordingBus } from './recording-bus.ts';

/** What the suites of the task store know of the bus: it takes what has a source. That of EventBridge has its own suite. */
export function taskBus(): RecordingBus {
  return new RecordingBus({
    put: async (entries) =>
      entries.map(({ source }, index) =>
        source === '' ? { error: new EntryRefusedError('it has no source') } : { eventId: `event-${index}` },
      ),
  });
}

export class MemoryQuarantine implements Quarantine {
  readonly events: { readonly reason: string; readonly event: string }[] = [];

  async put(reason: string, event: string): Promise<void> {
    this.events.push({ reason, event });
  }

  async count(): Promise<number> {
    return this.events.length;
  }

  async list({ limit }: { readonly limit: number }): Promise<QuarantinePage> {
    const events = this.events.map((event, index) => ({ ...event, id: String(index), at: 0 }));
    return { events: events.toReversed().slice(0, limit) };
  }
}

export class MemoryBlobs implements BlobStore {
  readonly blobs = new Map<string, Uint8Array>();

  async put(key: string, data: Uint8Array): Promise<void> {
    this.blobs.set(key, data);
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.blobs.get(key);
  }
}

const silent: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

export interface TaskStoreOptions {
  readonly documents: DynamoDBDocumentClient;
  readonly stage: string;
  readonly clock: Clock;
  readonly bus?: Pick<EventBus, 'put'>;
  readonly blobs?: BlobStore;
  readonly quarantine?: Quarantine;
  readonly onEnded?: (task: TaskRecord) => void;
}

/** A task store of one process. Several on one table are several processes. */
export function openTaskStore(options: TaskStoreOptions): DynamoTaskStore {
  const { documents, stage, clock } = options;
  return new DynamoTaskStore({
    documents,
    table: tableName(stage, 'tasks'),
    bus: options.bus ?? taskBus(),
    blobs: options.blobs ?? new MemoryBlobs(),
    quarantine: options.quarantine ?? new MemoryQuarantine(),
    clock,
    retentionMs: RETENTION_MS,
    log: silent,
    ...(options.onEnded && { onEnded: options.onEnded }),
  });
}
