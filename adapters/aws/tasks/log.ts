import type { TaskId } from '#shared/ids.ts';
import type { BlobStore } from '#shared/ports/blob-store.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import { type PackedEntry, unpack } from './pack.ts';
import { inlineEntries, type LogBody, type LogItem, logKeysAfter, MAX_BODY_BYTES, positionOf } from './plan-write.ts';
import { fromItem, isTaskId, STATE, type StoredTask } from './stored-task.ts';
import type { Item, TaskTable } from './table.ts';

export interface ReadLog {
  readonly stored: StoredTask;
  /** From the position asked for, without gaps. */
  readonly entries: readonly LogEntry[];
}

/** A read of several pages can miss a log item that is written meanwhile. The next read finds it. */
const READS = 3;

/**
 * The logs of tasks. The state item names the newest log item, and each log item names the one before it. This chain is the log.
 * Any other log item comes from a write that lost to another or crashed, and means nothing.
 */
export class TaskLog {
  readonly #table: TaskTable;
  readonly #blobs: BlobStore;

  constructor(table: TaskTable, blobs: BlobStore) {
    this.#table = table;
    this.#blobs = blobs;
  }

  /** Log items as the table stores them. A body that is too large for an item goes into a blob. */
  itemsOf({ task, expiresAt }: StoredTask, items: readonly LogItem[]): Promise<Item[]> {
    return Promise.all(
      items.map(async ({ sk, before, body }) => ({
        pk: task.id,
        sk,
        ...(before !== undefined && { before }),
        ...(await this.keep(`tasks/${task.id}/${sk.replaceAll('#', '-')}`, body)),
        expiresAt,
      })),
    );
  }

  /** Stores a text, and returns the attributes that hold it or refer to it. */
  async keep(key: string, text: string): Promise<{ readonly body: string } | { readonly blob: string }> {
    const bytes = Buffer.byteLength(text);
    if (bytes <= MAX_BODY_BYTES) return { body: text };
    await this.#blobs.put(key, Buffer.from(text));
    return { blob: key };
  }

  /** Reads the text back from the attributes that `keep` returned. */
  async textOf({ pk, sk, body, blob }: Item): Promise<string> {
    if (typeof body === 'string') return body;
    const data = await this.#blobs.get(String(blob));
    if (data === undefined) throw new Error(`the blob ${blob} of ${sk} of task ${pk} is gone`);
    return Buffer.from(data).toString();
  }

  async bodyOf(item: Item): Promise<LogBody> {
    return JSON.parse(await this.textOf(item));
  }

  /** The task and its entries after a position; undefined if there is no such task. */
  async read(id: TaskId, after: number): Promise<ReadLog | undefined> {
    for (let reads = 0; reads < READS; reads++) {
      const read = await this.#query(id, after, true);
      if (read === undefined || read.entries.at(-1)?.position === read.stored.task.position) return read;
      if (after >= read.stored.task.position) return read;
    }
    throw new Error(`the log of task ${id} has a gap after position ${after}`);
  }

  /**
   * The same, eventually consistent and at half the price. It can miss a new task (undefined), and it leaves out entries after a
   * gap.
   */
  readEventually(id: TaskId, after: number): Promise<ReadLog | undefined> {
    return this.#query(id, after, false);
  }

  async #query(id: TaskId, after: number, consistent: boolean): Promise<ReadLog | undefined> {
    if (!isTaskId(id)) return undefined;
    const pages = this.#table.query({
      // The state item's key sorts behind those of the log items.
      KeyConditionExpression: 'pk = :id AND sk > :after',
      ExpressionAttributeValues: { ':id': id, ':after': logKeysAfter(after) },
      ConsistentRead: consistent,
    });
    const items = new Map<string, Item>();
    for await (const page of pages) for (const item of page) items.set(item.sk, item);
    const state = items.get(STATE);
    if (state === undefined) return undefined;
    const stored = fromItem(state);
    const chain: Item[] = [];
    for (let key = stored.log; key !== undefined && positionOf(key) > after; ) {
      const item = items.get(key);
      if (item === undefined) return { stored, entries: [] };
      chain.push(item);
      key = item.before as string | undefined;
    }
    const bodies = await Promise.all(chain.map((item) => this.bodyOf(item)));
    return {
      stored,
      entries: inOrder([inlineEntries(stored), ...bodies.map(({ entries }) => entries)], after, stored),
    };
  }
}

function inOrder(groups: readonly (readonly PackedEntry[])[], after: number, { task }: StoredTask): LogEntry[] {
  const packed = groups.flat().filter(([position]) => position > after);
  packed.sort(([a], [b]) => a - b);
  return packed.map((entry) => unpack(entry, task));
}
