import type { LogEntry } from '#shared/ports/task.ts';

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

export function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
