import type { SQSEvent } from 'aws-lambda';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { ownPoll, QueueSource } from '#hosts/sources/queue-source.ts';
import { systemClock } from '#shared/ports/clock.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';

const SLOTS = 4;
const log = { debug: vi.fn(), info: vi.fn(), warn: vi.fn(), error: vi.fn() };

let sqlite: SqliteAdapters;
let source: QueueSource;
/** The tenants of the messages, in the order in which their invocations began. */
let begun: string[];
/** Ends the oldest invocation for this tenant. */
let end: Map<string, (() => void)[]>;

beforeEach(async () => {
  begun = [];
  end = new Map();
  sqlite = await openSqlite(systemClock);
  await sqlite.queue.create('agent', { visibilityTimeout: 300 });
  const tenantBy = 'detail.data.principal.id';
  await sqlite.bus.putRule({ name: 'agent', pattern: { 'detail-type': ['Asked'] }, queue: 'agent', tenantBy });
  source = new QueueSource({
    queue: sqlite.queue,
    name: 'agent',
    poll: ownPoll,
    arn: 'arn:aws:sqs:us-east-1:000000000000:agent',
    target: {
      name: 'agent',
      async invoke(event) {
        const { principal } = JSON.parse((event as SQSEvent).Records[0]?.body ?? '').detail.data;
        begun.push(principal.id);
        await new Promise<void>((resolve) => {
          end.set(principal.id, [...(end.get(principal.id) ?? []), resolve]);
        });
      },
      stop: async () => {},
    },
    batchSize: 1,
    concurrency: SLOTS,
    maxReceiveCount: 3,
    fifo: false,
    log,
    metrics: { count: vi.fn(), observe: vi.fn() },
  });
});
afterEach(async () => {
  const stopped = source.stop();
  for (const all of end.values()) for (const each of all) each();
  await stopped;
  await sqlite.remove();
});

const ask = (id: string, count: number) =>
  sqlite.bus.put(
    Array.from({ length: count }, () => ({
      source: 'shop',
      detailType: 'Asked',
      detail: { data: { principal: { id } } },
    })),
  );
const endOne = (id: string) => end.get(id)?.shift()?.();
const begins = (count: number) => expect.poll(() => begun.length).toBe(count);

it('a client whose messages take long leaves slots to clients whose messages are short', async () => {
  await ask('slow', 50);
  source.start();
  await begins(SLOTS);
  await ask('quick', 6);
  await ask('other', 1);
  endOne('slow');
  await begins(SLOTS + 1);
  endOne('slow');
  await begins(SLOTS + 2);
  expect(begun.slice(SLOTS)).toEqual(['quick', 'other']);
  for (let ended = 1; ended <= 5; ended++) {
    endOne('quick');
    await begins(SLOTS + 2 + ended);
  }
  expect(begun.slice(SLOTS + 2)).toEqual(Array(5).fill('quick'));
  endOne('quick');
  await begins(SLOTS + 8);
  expect(begun.at(-1)).toBe('slow');
  expect(log.error).not.toHaveBeenCalled();
});
