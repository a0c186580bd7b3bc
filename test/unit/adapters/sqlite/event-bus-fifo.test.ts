import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqliteEventBus } from '#adapters/sqlite/event-bus.ts';
import type { Rule, RuleGroup } from '#shared/ports/control-plane.ts';
import type { BusEvent, PutResult } from '#shared/ports/event-bus.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';

const inbox = 'inbox.fifo';
const undelivered = 'inbox-undelivered';
const groupBy: RuleGroup = { groupBy: 'detail.order', undelivered };

describe('SqliteEventBus with a FIFO queue', () => {
  const clock = new TestClock();
  let sqlite: SqliteAdapters;
  let bus: SqliteEventBus;
  let told: [rule: string, event: string][];

  beforeEach(async () => {
    told = [];
    sqlite = await openSqlite(clock);
    const { database, queue } = sqlite;
    const note = ({ name }: Rule, { id }: BusEvent) => void told.push([name, id]);
    bus = new SqliteEventBus(database, queue, clock, { account: '000000000000', region: 'us-east-1' }, note);
    await queue.create(inbox, { visibilityTimeout: 30, fifo: { contentBasedDeduplication: false } });
    await queue.create(undelivered, { visibilityTimeout: 30 });
  });
  afterEach(() => sqlite.remove());

  const rule = (fifo: RuleGroup, more: Partial<Rule> = {}) =>
    bus.putRule({ name: 'ordered', pattern: { source: ['test'] }, queue: inbox, fifo, ...more });
  const put = async (...details: object[]) => {
    const results = await bus.put(details.map((detail) => ({ source: 'test', detailType: 'Ordered', detail })));
    return results.map((result: PutResult) => ('eventId' in result ? result.eventId : ''));
  };
  const received = (queue: string) => sqlite.queue.receive(queue, { max: 100, wait: 0 });

  it('puts events into their message groups, in order, under their ids', async () => {
    await rule(groupBy);
    const ids = await put({ order: 7, n: 1 }, { order: 'x', n: 2 }, { order: 7, n: 3 });
    const messages = await received(inbox);
    const group = (groupId: string) =>
      messages.filter(({ fifo }) => fifo?.groupId === groupId).map(({ fifo }) => fifo?.deduplicationId);
    expect(group('7')).toEqual([ids[0], ids[2]]);
    expect(group('x')).toEqual([ids[1]]);
    const [first] = messages;
    expect(JSON.parse(first?.body ?? '')).toMatchObject({ id: first?.fifo?.deduplicationId, source: 'test' });
    expect(told).toEqual([]);
  });

  it('holds a group back while one of it is at work', async () => {
    await rule(groupBy);
    await put({ order: 'a' });
    const [first] = await received(inbox);
    await put({ order: 'a' }, { order: 'b' });
    expect((await received(inbox)).map(({ fifo }) => fifo?.groupId)).toEqual(['b']);
    await sqlite.queue.delete(inbox, [first?.receiptHandle ?? '']);
    expect((await received(inbox)).map(({ fifo }) => fifo?.groupId)).toEqual(['a']);
  });

  it('puts all into one group where the rule names it', async () => {
    await rule({ group: 'all' });
    await put({ order: 'a' }, { order: 'b' }, {});
    expect((await received(inbox)).map(({ fifo }) => fifo?.groupId)).toEqual(['all', 'all', 'all']);
  });

  it('puts an event aside whose group cannot be told, and tells', async () => {
    await rule(groupBy);
    const [, without] = await put({ order: 'a' }, { other: 'a' });
    expect(await received(inbox)).toHaveLength(1);
    expect((await received(undelivered)).map(({ body }) => JSON.parse(body).id)).toEqual([without]);
    expect(told).toEqual([['ordered', without]]);
  });

  it('delivers an event once to a queue that two rules name', async () => {
    await rule(groupBy);
    await rule({ group: 'all' }, { name: 'again' });
    await put({ order: 'a' });
    expect(await received(inbox)).toHaveLength(1);
  });

  it('lists the rules as they were put', async () => {
    await rule(groupBy);
    expect(bus.rules()).toEqual([{ name: 'ordered', pattern: { source: ['test'] }, queue: inbox, fifo: groupBy }]);
  });

  it.each<[what: string, rule: Partial<Rule>, message: RegExp]>([
    [
      'a FIFO queue without a group',
      { fifo: undefined } as object,
      /needs a message group, because inbox\.fifo is a FIFO queue/,
    ],
    [
      'a group for a standard queue',
      { queue: undelivered },
      /cannot have a message group, because inbox-undelivered is a standard queue/,
    ],
    ['a group that SQS does not take', { fifo: { group: 'a b' } }, /"a b".*1 to 128 ASCII letters/],
  ])('refuses a rule with %s, and keeps the one before', async (_, wrong, message) => {
    await rule(groupBy);
    await expect(rule(groupBy, wrong)).rejects.toMatchObject({
      code: 'CONFIGURATION',
      message: expect.stringMatching(message),
    });
    await put({ order: 'a' });
    expect(await received(inbox)).toHaveLength(1);
  });
});
