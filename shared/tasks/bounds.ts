import type { CloudEvent } from '#shared/events/envelope.ts';
import type { TaskRequestedV1 } from '#shared/generated/types.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { LogEntry, TaskRecord } from '#shared/ports/task.ts';

/*
 * The bounds of one task. Clients and agents make tasks grow, and everybody waits while a large task is folded or read.
 * docs/concepts/tasks.md tells them.
 */

/** Messages, status changes, artifacts and chunks. An agent has one event for each of its entries. */
export const MAX_TASK_ENTRIES = 100_000;
/** Bytes of all entries as JSON. */
export const MAX_TASK_BYTES = 64 * 1024 * 1024;
/** Artifacts of one attempt. */
export const MAX_ARTIFACTS = 20_000;
/** Events that wait for earlier ones, and their bytes as JSON. */
export const MAX_PARKED_EVENTS = 20_000;
export const MAX_PARKED_BYTES = 64 * 1024 * 1024;
/** Bytes of the earlier messages that go to the agent with each message of the client. */
export const MAX_HISTORY_BYTES = 8 * 1024 * 1024;

/** Parked events that are folded in one transaction or write, and their bytes as JSON. Others wait for it. */
export const SLICE_EVENTS = 100;
export const SLICE_BYTES = 1024 * 1024;

/** The amount that a task holds: events and their bytes as JSON. */
export interface Amount {
  readonly events: number;
  readonly bytes: number;
}

/** The bound that a task passes: `more than 20,000 artifacts in one attempt`. Undefined when it passes none. */
export function passedBound({
  position,
  bytes,
  artifactCount,
}: Pick<TaskRecord, 'position' | 'bytes' | 'artifactCount'>): string | undefined {
  if (position > MAX_TASK_ENTRIES)
    return `more than ${MAX_TASK_ENTRIES.toLocaleString('en')} messages, status changes, artifacts and chunks`;
  if (bytes > MAX_TASK_BYTES) return `more than ${MAX_TASK_BYTES / 1024 / 1024} MB`;
  if (artifactCount > MAX_ARTIFACTS) return `more than ${MAX_ARTIFACTS.toLocaleString('en')} artifacts in one attempt`;
  return undefined;
}

/** The bound that the parked events of a task pass. Undefined when they pass none. */
export function passedParkedBound({ events, bytes }: Amount): string | undefined {
  if (events > MAX_PARKED_EVENTS)
    return `more than ${MAX_PARKED_EVENTS.toLocaleString('en')} events that wait for an earlier one`;
  if (bytes > MAX_PARKED_BYTES)
    return `more than ${MAX_PARKED_BYTES / 1024 / 1024} MB of events that wait for an earlier one`;
  return undefined;
}

/** For the client of a task that passes a bound. */
export function boundReason(bound: string): string {
  return `The task reached a bound: it would have ${bound}.`;
}

/** Bytes of an entry as JSON, without its coordinates. */
export function entryBytes(entry: LogEntry): number {
  switch (entry.kind) {
    case 'message':
      return jsonBytes(entry.message);
    case 'status':
      return jsonBytes(entry.status);
    case 'artifact':
      return jsonBytes(entry.artifact);
    default:
      return entry satisfies never;
  }
}

/** Bytes of the entry that the request of a turn makes. */
export function messageBytes({ detail }: Pick<BusEntry, 'detail'>): number {
  return jsonBytes((detail as CloudEvent<TaskRequestedV1>).data.message);
}

export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
