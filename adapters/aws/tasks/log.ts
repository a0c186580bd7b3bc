import { parseJson } from '#shared/exact-json.ts';
import type { TaskId } from '#shared/ids.ts';
import type { BlobStore } from '#shared/ports/blob-store.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import { unpack } from './pack.ts';
import { inlineEntries, type LogBody, type LogItem, logKeysAfter, MAX_BODY_BYTES, positionOf } from './plan-write.ts';
import { fromItem, isTaskId, STATE, type StoredTask } from './stored-task.ts';
import type { Item, TaskTable } from './table.ts';

/** A task and its log from a position on, as one read found them. */
export interface OpenLog {
  readonly stored: StoredTask;
  /** Pages of entries, in order and without gaps. No page is empty. Iterate it once. */
  readonly pages: AsyncIterable<readonly LogEntry[]>;
}

/** A log item that a query found. Its body is absent when the bodies before it fill a page. */
interface Found {
  readonly sk: string;
  readonly before: string | undefined;
  readonly item: Item | undefined;
}

/** Bytes of bodies that a read of a log takes into memory at once, and of a page. */
const PAGE_BYTES = 4 * 1024 * 1024;
/** Log items that are fetched at once. An item has 256 KB at most, and its blob some megabytes. */
const FETCHED_AT_ONCE = 4;
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
    return parseJson(await this.textOf(item)) as LogBody;
  }

  /** The task and its entries after a position; undefined if there is no such task. */
  async open(id: TaskId, after: number): Promise<OpenLog | undefined> {
    for (let reads = 0; reads < READS; reads++) {
      const read = await this.#survey(id, after, true);
      if (read === undefined) return undefined;
      if (read.chain !== undefined) return this.#opened(read.stored, read.chain, after);
    }
    throw new Error(`the log of task ${id} has a gap after position ${after}`);
  }

  /**
   * The same, eventually consistent and at half the price. It can miss a new task (undefined), and it leaves out entries after a
   * gap.
   */
  async openEventually(id: TaskId, after: number): Promise<OpenLog | undefined> {
    const read = await this.#survey(id, after, false);
    return read && this.#opened(read.stored, read.chain, after);
  }

  /** All entries after a position. Empty if there is no such task. */
  async entries(id: TaskId, after: number): Promise<LogEntry[]> {
    const entries: LogEntry[] = [];
    for await (const page of (await this.open(id, after))?.pages ?? []) for (const entry of page) entries.push(entry);
    return entries;
  }

  /** Finds the chain, the oldest item first. Undefined chain: the query missed an item of it. */
  async #survey(id: TaskId, after: number, consistent: boolean) {
    if (!isTaskId(id)) return undefined;
    const pages = this.#table.query({
      // The state item's key sorts behind those of the log items.
      KeyConditionExpression: 'pk = :id AND sk > :after',
      ExpressionAttributeValues: { ':id': id, ':after': logKeysAfter(after) },
      ConsistentRead: consistent,
    });
    const found = new Map<string, Found>();
    let state: Item | undefined;
    let bytes = 0;
    for await (const page of pages) {
      for (const item of page) {
        if (item.sk === STATE) state = item;
        const before = item.before as string | undefined;
        if (item.sk !== STATE) found.set(item.sk, { sk: item.sk, before, item: bytes < PAGE_BYTES ? item : undefined });
        bytes += bodyLength(item);
      }
    }
    if (state === undefined) return undefined;
    const stored = fromItem(state);
    const chain: Found[] = [];
    for (let key = stored.log; key !== undefined && positionOf(key) > after; ) {
      const item = found.get(key);
      if (item === undefined) return { stored, chain: undefined };
      chain.push(item);
      key = item.before;
    }
    return { stored, chain: chain.reverse() };
  }

  #opened(stored: StoredTask, chain: readonly Found[] | undefined, after: number): OpenLog {
    return { stored, pages: chain === undefined ? nothing() : this.#pages(stored, chain, after) };
  }

  /** Entries of the state item and of log items may alternate. */
  async *#pages(stored: StoredTask, chain: readonly Found[], after: number): AsyncIterable<readonly LogEntry[]> {
    const { task } = stored;
    const inline = inlineEntries(stored).filter(([position]) => position > after);
    let taken = 0;
    let page: LogEntry[] = [];
    let bytes = 0;
    for (let at = 0; at < chain.length; at += FETCHED_AT_ONCE) {
      const texts = await Promise.all(chain.slice(at, at + FETCHED_AT_ONCE).map((found) => this.#text(task.id, found)));
      for (const text of texts) {
        const { entries } = parseJson(text) as LogBody;
        for (const entry of entries) {
          for (let next = inline[taken]; next !== undefined && next[0] < entry[0]; next = inline[++taken]) {
            page.push(unpack(next, task));
          }
          if (entry[0] > after) page.push(unpack(entry, task));
        }
        bytes += text.length;
        if (bytes < PAGE_BYTES || page.length === 0) continue;
        yield page;
        page = [];
        bytes = 0;
      }
    }
    for (const entry of inline.slice(taken)) page.push(unpack(entry, task));
    if (page.length > 0) yield page;
  }

  async #text(id: TaskId, { sk, item }: Found): Promise<string> {
    const whole = item ?? (await this.#table.getItem({ pk: id, sk }));
    if (whole === undefined) throw new Error(`the log item ${sk} of task ${id} is gone`);
    return this.textOf(whole);
  }
}

function bodyLength({ body }: Item): number {
  return typeof body === 'string' ? body.length : 0;
}

async function* nothing(): AsyncIterable<never> {}
