import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import { batches } from '../batches.ts';
import { type PackedEntry, pack } from './pack.ts';
import type { PackedRequest } from './request.ts';
import { itemBytes, type StoredTask, toItem } from './stored-task.ts';

/** What is to be published once it is written. */
export type Outbox = { readonly request: PackedRequest } | { readonly events: readonly BusEntry[] };

/** What a log item holds, as JSON. */
export interface LogBody {
  readonly entries: readonly PackedEntry[];
  readonly outbox?: Outbox;
}

export interface LogItem {
  readonly sk: string;
  /** The sort key of the log item before it. */
  readonly before: string | undefined;
  /** A `LogBody` as JSON. */
  readonly body: string;
}

export interface Layout {
  readonly stored: StoredTask;
  /** To be written before `stored`, in which they become part of the log. */
  readonly items: readonly LogItem[];
}

/**
 * Bytes that a state item fills: DynamoDB bills each started 1,024, at every write. The rest is for attributes that it may
 * get without an entry: `parked`, `watch`, `due`, `attemptBase`.
 */
const ROOM = 984;
/** Bytes of a log item's body; DynamoDB takes 400 KB. */
export const MAX_BODY = 256 * 1024;
const DIGITS = 10;

/**
 * Where new entries and events go: into the state item while it stays one kilobyte, and into log items else. `stored` is
 * the task after the write, without them.
 */
export function layOut(stored: StoredTask, entries: readonly LogEntry[], outbox: Outbox | undefined): Layout {
  const packed = entries.map((entry) => pack(entry, stored.task));
  const whole: StoredTask = {
    ...stored,
    entries: packed.length === 0 ? stored.entries : JSON.stringify([...inlineEntries(stored), ...packed]),
    ...(outbox && { unsent: JSON.stringify(outbox) }),
  };
  if (packed.length === 0 || itemBytes(toItem(whole)) <= ROOM) return { stored: whole, items: [] };

  const groups = batches(packed, { count: packed.length, bytes: MAX_BODY }, (entry) => jsonBytes(entry) + 1);
  let last = stored.log;
  const items = groups.map((group, index): LogItem => {
    const before = last;
    const isNewest = index === groups.length - 1;
    const body: LogBody = { entries: group, ...(isNewest && outbox && { outbox }) };
    last = logKey(group.at(-1)?.[0] ?? 0, stored.version);
    return { sk: last, before, body: JSON.stringify(body) };
  });
  return { stored: { ...stored, log: last, ...(outbox && { unsent: last }) }, items };
}

export function inlineEntries({ entries }: Pick<StoredTask, 'entries'>): readonly PackedEntry[] {
  return entries === undefined ? [] : JSON.parse(entries);
}

/**
 * The sort key of a log item: the position of its last entry, so that one query finds all after a position, and the
 * version of the write, so that writes that race do not overwrite each other's.
 */
export function logKey(position: number, version: string): string {
  return `log#${digits(position)}#${version}`;
}

/** What all log items with an entry after the position are greater than. */
export function logKeysAfter(position: number): string {
  return `log#${digits(position)}~`;
}

export function positionOf(logKey: string): number {
  return Number(logKey.slice('log#'.length, 'log#'.length + DIGITS));
}

function digits(position: number): string {
  return String(position).padStart(DIGITS, '0');
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
