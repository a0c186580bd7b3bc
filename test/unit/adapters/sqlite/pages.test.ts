import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { MAX_PAGE_BYTES, readPage } from '#adapters/sqlite/page.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';
import { watchStatements } from '#test/support/statements.ts';
import { artifactEvent, newTask } from '#test/support/task-events.ts';

const MEGABYTE = 1024 * 1024;
const large = 'x'.repeat(MEGABYTE);

describe('readPage', () => {
  const bytesOf = (bytes: number) => bytes;

  it('ends with the row that reaches the bytes', () => {
    expect(readPage([3, 3, 4, 1], bytesOf, 10)).toEqual({ rows: [3, 3, 4], isCut: true });
  });

  it('lets a larger row pass alone', () => {
    expect(readPage([99, 1], bytesOf, 10)).toEqual({ rows: [99], isCut: true });
  });

  it('is not cut when the rows end before', () => {
    expect(readPage([3, 3], bytesOf, 10)).toEqual({ rows: [3, 3], isCut: false });
  });
});

/** Rows with bodies of a megabyte. No read may take more of them into memory at once than a page. */
describe('SQLite pages', () => {
  const clock = new TestClock();
  let sqlite: SqliteAdapters;
  /** Bytes of the largest read so far: the rows of one call of a statement. */
  let largest = 0;

  beforeEach(async () => {
    sqlite = await openSqlite(clock);
    largest = 0;
    watchStatements({
      read({ bytesOfCall }) {
        largest = Math.max(largest, bytesOfCall);
      },
    });
  });
  afterEach(async () => {
    vi.restoreAllMocks();
    await sqlite.remove();
  });

  const rows = 12;
  const isAPage = () => {
    expect(largest).toBeGreaterThanOrEqual(MAX_PAGE_BYTES);
    expect(largest).toBeLessThan(MAX_PAGE_BYTES + 2 * MEGABYTE);
  };

  it('bounds a read of the archive', async () => {
    const entry = { source: 'shop', detailType: 'Large.v1', detail: { large } };
    await sqlite.bus.put(Array.from({ length: rows }, () => entry));
    let seen = 0;
    for await (const { event } of sqlite.bus.tail(0, new AbortController().signal)) {
      expect(event.length).toBeGreaterThan(MEGABYTE);
      if (++seen === rows) break;
    }
    isAPage();
  });

  it.each(['jobs', 'jobs.fifo'])('bounds a receive from the queue %s', async (name) => {
    const isFifo = name.endsWith('.fifo');
    await sqlite.queue.create(name, {
      visibilityTimeout: 30,
      ...(isFifo && { fifo: { contentBasedDeduplication: false } }),
    });
    const ids = Array.from({ length: rows }, (_, i) => String(i));
    const fifo = (id: string) => ({ groupId: String(Number(id) % 2), deduplicationId: id });
    await sqlite.queue.send(
      name,
      ids.map((id) => ({ body: id + large, ...(isFifo && fifo(id)) })),
    );
    const received: string[] = [];
    for (;;) {
      const messages = await sqlite.queue.receive(name, { max: 100, wait: 0 });
      if (messages.length === 0) break;
      expect(messages.reduce((sum, { body }) => sum + body.length, 0)).toBeLessThan(MAX_PAGE_BYTES + 2 * MEGABYTE);
      await sqlite.queue.delete(
        name,
        messages.map(({ receiptHandle }) => receiptHandle),
      );
      for (const { body } of messages) received.push(body.slice(0, -large.length));
    }
    expect(received.toSorted()).toEqual(ids.toSorted());
    isAPage();
  });

  it('bounds a read of a stream', async () => {
    await sqlite.stream.create('chunks', 1);
    const data = Buffer.from(large);
    await sqlite.stream.put(
      'chunks',
      Array.from({ length: rows }, () => ({ partitionKey: 'a', data })),
    );
    const [shard = ''] = await sqlite.stream.shards('chunks');
    let after: string | undefined;
    let seen = 0;
    for (;;) {
      const records = await sqlite.stream.read('chunks', shard, after, { max: 1_000, wait: 0 });
      if (records.length === 0) break;
      seen += records.length;
      after = records.at(-1)?.sequenceNumber;
    }
    expect(seen).toBe(rows);
    isAPage();
  });

  it('bounds a read and a tail of a log', async () => {
    const created = await sqlite.tasks.create(newTask());
    if (!created.created) throw new Error('the task was there already');
    const { task } = created;
    for (let sequence = 1; sequence <= rows; sequence++) {
      await sqlite.tasks.apply(artifactEvent(task, { sequence }, { text: large, append: true }));
    }
    const log = await entriesOf(sqlite.tasks, task.id, 0);
    expect(log.map(({ position }) => position)).toEqual(Array.from({ length: rows + 1 }, (_, i) => i + 1));
    isAPage();
    const stop = new AbortController();
    const seen: number[] = [];
    for await (const entries of sqlite.tasks.tail(task.id, 0, stop.signal)) {
      expect(entries.length).toBeLessThan(rows);
      for (const { position } of entries) seen.push(position);
      if (seen.length === rows + 1) break;
    }
    expect(seen).toEqual(log.map(({ position }) => position));
    isAPage();
  });

  it('bounds what waits for a slow reader of a log, which misses nothing', async () => {
    const created = await sqlite.tasks.create(newTask());
    if (!created.created) throw new Error('the task was there already');
    const { task } = created;
    const tail = sqlite.tasks.tail(task.id, 0, new AbortController().signal)[Symbol.asyncIterator]();
    await tail.next();
    for (let sequence = 1; sequence <= rows; sequence++) {
      await sqlite.tasks.apply(artifactEvent(task, { sequence }, { text: large, append: true }));
    }
    const seen: number[] = [];
    while (seen.length < rows) {
      const { value = [] } = await tail.next();
      expect(value.length).toBeLessThan(rows);
      for (const { position } of value) seen.push(position);
    }
    expect(seen).toEqual(Array.from({ length: rows }, (_, i) => i + 2));
    // A follower's page is smaller than other pages, as there may be a thousand of them. Here one entry fills it.
    expect(largest).toBeGreaterThan(MEGABYTE / 2);
    expect(largest).toBeLessThan(2 * MEGABYTE);
  });

  it('bounds a page of the quarantine', async () => {
    for (let i = 0; i < rows; i++) await sqlite.quarantine.put('too large', large);
    let seen = 0;
    for (let cursor: string | undefined, first = true; first || cursor !== undefined; first = false) {
      const page = await sqlite.quarantine.list({ limit: 100, ...(cursor !== undefined && { cursor }) });
      seen += page.events.length;
      cursor = page.next;
    }
    expect(seen).toBe(rows);
    expect(largest).toBeLessThan(MAX_PAGE_BYTES);
  });
});
