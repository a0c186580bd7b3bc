import { parseJson } from '#shared/exact-json.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import { batches } from '../batches.ts';
import { type PackedEntry, pack } from './pack.ts';
import type { PackedRequest } from './request.ts';
import { itemBytes, type StoredTask, toItem } from './stored-task.ts';

/** The request or the events to publish after the write. */
export type Outbox = { readonly request: PackedRequest } | { readonly events: readonly BusEntry[] };

/** The content of a log item, stored as JSON. */
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

export interface WritePlan {
  readonly stored: StoredTask;
  /** Written before `stored`, which makes them part of the log. */
  readonly items: readonly LogItem[];
}

/**
 * The entries of the log fill a state item up to this size. DynamoDB bills each started 1,024 bytes at every write. The rest is
 * room for attributes that come without an entry: `parked`, `watch`, `due`, `attemptBase`.
 */
const STATE_ITEM_BYTES = 984;
/** The limit of a log item's body. DynamoDB takes items of 400 KB. */
export const MAX_BODY_BYTES = 256 * 1024;
const DIGITS = 10;

/**
 * Plans where new entries and events go: into the state item while it stays below one kilobyte, else into log items.
 *
 * @param stored the task after the write, still without the entries and the outbox
 */
export function planWrite(stored: StoredTask, entries: readonly LogEntry[], outbox: Outbox | undefined): WritePlan {
  const packed = entries.map((entry) => pack(entry, stored.task));
  const whole: StoredTask = {
    ...stored,
    entries: packed.length === 0 ? stored.entries : JSON.stringify([...inlineEntries(stored), ...packed]),
    ...(outbox && { unsent: JSON.stringify(outbox) }),
  };
  if (packed.length === 0 || itemBytes(toItem(whole)) <= STATE_ITEM_BYTES) return { stored: whole, items: [] };

  const groups = batches(packed, { count: packed.length, bytes: MAX_BODY_BYTES }, (entry) => jsonBytes(entry) + 1);
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
  return entries === undefined ? [] : (parseJson(entries) as PackedEntry[]);
}

/**
 * The sort key of a log item. It begins with the position of its last entry, so that one query finds all items after a position.
 * It ends with the version of the write, so that concurrent writes do not overwrite each other's items.
 */
export function logKey(position: number, version: string): string {
  return `log#${digits(position)}#${version}`;
}

/** Every log item with an entry after the position has a greater key. */
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
