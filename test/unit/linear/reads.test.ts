import { describe, it } from 'vitest';
import { ArrivalOrder } from '#adapters/aws/event-archive-order.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';
import { newTask } from '#test/support/task-events.ts';
import { expectLinear, workOf } from '#test/support/work.ts';

const SIZE = 200;
const of = <Item>(size: number, make: (index: number) => Item) => Array.from({ length: size }, (_, i) => make(i));

interface Read {
  readonly fill: (sqlite: SqliteAdapters, size: number) => Promise<unknown>;
  /** Reads everything, page by page. */
  readonly read: (sqlite: SqliteAdapters, size: number) => Promise<unknown>;
}

async function drainQueue({ queue }: SqliteAdapters, name: string): Promise<void> {
  for (;;) {
    const messages = await queue.receive(name, { max: 10, wait: 0 });
    if (messages.length === 0) return;
    await queue.delete(
      name,
      messages.map(({ receiptHandle }) => receiptHandle),
    );
  }
}

const reads: Record<string, Read> = {
  'the archive': {
    fill: ({ bus }, size) => bus.put(of(size, (n) => ({ source: 'test', detailType: 'Tested', detail: { n } }))),
    async read({ bus }, size) {
      let seen = 0;
      for await (const _ of bus.tail(0, new AbortController().signal)) if (++seen === size) return;
    },
  },
  'a queue': {
    async fill({ queue }, size) {
      await queue.create('jobs', { visibilityTimeout: 30 });
      await queue.send(
        'jobs',
        of(size, (n) => ({ body: `job ${n}` })),
      );
    },
    read: (sqlite) => drainQueue(sqlite, 'jobs'),
  },
  'a FIFO queue with one group': {
    async fill({ queue }, size) {
      await queue.create('jobs.fifo', { visibilityTimeout: 30, fifo: { contentBasedDeduplication: true } });
      await queue.send(
        'jobs.fifo',
        of(size, (n) => ({ body: `job ${n}`, groupId: 'all' })),
      );
    },
    read: (sqlite) => drainQueue(sqlite, 'jobs.fifo'),
  },
  'a FIFO queue with many groups': {
    async fill({ queue }, size) {
      await queue.create('jobs.fifo', { visibilityTimeout: 30, fifo: { contentBasedDeduplication: true } });
      await queue.send(
        'jobs.fifo',
        of(size, (n) => ({ body: `job ${n}`, groupId: `group-${n}` })),
      );
    },
    read: (sqlite) => drainQueue(sqlite, 'jobs.fifo'),
  },
  'a stream': {
    async fill({ stream }, size) {
      await stream.create('chunks', 1);
      await stream.put(
        'chunks',
        of(size, (n) => ({ partitionKey: 'a', data: Buffer.from(`chunk ${n}`) })),
      );
    },
    async read({ stream }) {
      const [shard = ''] = await stream.shards('chunks');
      for (let after: string | undefined; ; ) {
        const records = await stream.read('chunks', shard, after, { max: 50, wait: 0 });
        if (records.length === 0) return;
        after = records.at(-1)?.sequenceNumber;
      }
    },
  },
  'the quarantine': {
    fill: ({ quarantine }, size) => Promise.all(of(size, (n) => quarantine.put('broken', `event ${n}`))),
    async read({ quarantine }) {
      for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
        cursor = (await quarantine.list({ limit: 50, ...(cursor !== undefined && { cursor }) })).next;
      }
    },
  },
  'the list of tasks': {
    fill: ({ tasks }, size) => Promise.all(of(size, () => tasks.create(newTask()))),
    async read({ tasks }) {
      for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
        cursor = (await tasks.list({ limit: 50, ...(cursor !== undefined && { cursor }) })).next;
      }
    },
  },
};

describe('a read takes work that grows with what there is', () => {
  it.each(Object.keys(reads))('of %s', async (name) => {
    const { fill, read } = reads[name] as Read;
    await expectLinear(SIZE, async (size) => {
      const sqlite = await openSqlite(new TestClock());
      try {
        await fill(sqlite, size);
        return await workOf(() => read(sqlite, size));
      } finally {
        await sqlite.remove();
      }
    });
  });

  it('of the events in CloudWatch Logs', async () => {
    await expectLinear(SIZE, (size) =>
      workOf(async () => {
        const order = new ArrivalOrder(0, size, 1_000);
        for (const n of of(size, (index) => index)) {
          order.add({ timestamp: n * 1_000, ingested: n * 1_000, message: `event ${n}` });
          order.release(n * 1_000);
        }
        order.release(Number.POSITIVE_INFINITY);
      }),
    );
  });
});
