import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '#shared/ports/clock.ts';
import type { ReceivedMessage } from '#shared/ports/queue.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';

const jobs = 'jobs.fifo';
const dlq = 'jobs-dlq.fifo';
const fifo = { contentBasedDeduplication: true };

describe('FifoQueue', () => {
  let clock: TestClock;
  let sqlite: SqliteAdapters;

  beforeEach(async () => {
    clock = new TestClock();
    sqlite = await openSqlite(clock);
    await create();
  });
  afterEach(() => sqlite.remove());

  async function create(): Promise<void> {
    await sqlite.queue.create(dlq, { visibilityTimeout: 30, fifo });
    await sqlite.queue.create(jobs, { visibilityTimeout: 30, maxReceiveCount: 2, deadLetterQueue: dlq, fifo });
  }
  async function reopen(): Promise<void> {
    await sqlite.close();
    sqlite = await openSqlite(clock, sqlite.folder);
    await create();
  }
  const send = (...bodies: string[]) =>
    sqlite.queue.send(
      jobs,
      bodies.map((body) => ({ body, groupId: body.charAt(0) })),
    );
  const receive = (max = 10, from = jobs) => sqlite.queue.receive(from, { max, wait: 0 });
  const bodies = (messages: readonly ReceivedMessage[]) => messages.map(({ body }) => body);
  const count = (table: string) => Number(sqlite.database.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.n);

  it('keeps order, what is in flight, numbers and duplicates over a restart', async () => {
    const sent = await send('a1', 'a2', 'b1');
    const [a1] = await receive(1);
    await reopen();
    expect(await sqlite.queue.depth(jobs)).toEqual({ visible: 2, inFlight: 1, delayed: 0 });
    expect(await send('a1', 'b1')).toEqual([sent[0], sent[2]]);
    const [a3] = await send('a3');
    expect(Number(a3?.sequenceNumber)).toBe(Number(sent[2]?.sequenceNumber) + 1);
    expect(bodies(await receive())).toEqual(['b1']);
    clock.advance(30);
    const again = await receive(3);
    expect(bodies(again)).toEqual(['a1', 'a2', 'a3']);
    expect(again[0]).toMatchObject({ ...a1, receiptHandle: expect.any(String), receiveCount: 2 });
    clock.advance(270);
    const [late] = await send('a1');
    expect(late).not.toEqual(sent[0]);
  });

  it('deletes by a receipt of before the restart, which makes way for the next', async () => {
    await send('a1', 'a2');
    const [a1] = await receive(1);
    await reopen();
    await sqlite.queue.delete(jobs, [a1?.receiptHandle ?? '']);
    expect(bodies(await receive())).toEqual(['a2']);
  });

  it('makes what a dead process had in flight visible at once, and what is delayed not', async () => {
    const late = 'late.fifo';
    await send('a1', 'a2', 'b1');
    await receive(1);
    await reopen();
    await sqlite.queue.create(late, { visibilityTimeout: 30, fifo: { ...fifo, delay: 60 } });
    await sqlite.queue.send(late, [{ body: 'later', groupId: 'a' }]);
    expect(bodies(await receive(1))).toEqual(['b1']);
    const waiting = sqlite.queue.receive(jobs, { max: 10, wait: 3_600 });
    await new Promise(setImmediate);
    expect(await sqlite.queue.releaseInFlight(jobs)).toBe(2);
    const released = await waiting;
    expect(bodies(released).toSorted()).toEqual(['a1', 'a2', 'b1']);
    expect(await sqlite.queue.releaseInFlight(late)).toBe(0);
    expect(bodies(await receive(10, late))).toEqual([]);
    expect(await sqlite.queue.depth(late)).toEqual({ visible: 0, inFlight: 0, delayed: 1 });
  });

  it('does not give a deleted message again after a crash: the delete waits for the sync', async () => {
    const lazily = vi.spyOn(sqlite.database, 'writeLazily');
    await send('a1');
    const [a1] = await receive();
    lazily.mockClear();
    await sqlite.queue.delete(jobs, [a1?.receiptHandle ?? '']);
    expect(lazily).not.toHaveBeenCalled();
  });

  it('sends nothing, and remembers nothing, of a transaction that fails', async () => {
    const failed = sqlite.database.write(() => {
      sqlite.queue.sendWithin(jobs, { body: 'a1', groupId: 'a' });
      throw new Error('no');
    });
    await expect(failed).rejects.toThrow('no');
    expect(await receive()).toEqual([]);
    await send('a1');
    expect(bodies(await receive())).toEqual(['a1']);
  });

  it('is sent nothing without a group by the bus either', async () => {
    const sending = sqlite.database.write(() => sqlite.queue.sendWithin(jobs, { body: 'a1' }));
    await expect(sending).rejects.toMatchObject({ name: 'InvalidMessageError' });
  });

  it('gives at once what stands behind messages that dead-letter, in the group and beside it', async () => {
    await send('a1', 'a2', 'b1');
    for (let i = 0; i < 2; i++) {
      const messages = await receive(2);
      for (const each of messages) await sqlite.queue.changeVisibility(jobs, each.receiptHandle, 0);
    }
    await send('a3');
    const waiting = sqlite.queue.receive(dlq, { max: 10, wait: 3_600 });
    // Both of group a are exhausted, and there is room for no more of it.
    expect(bodies(await receive(2))).toHaveLength(1);
    expect(bodies(await waiting)).toEqual(['a1', 'a2']);
    expect(bodies(await receive(2))).toHaveLength(1);
  });

  it('counts anew in the dead-letter queue, as sent when it came there', async () => {
    const [sent] = await send('a1');
    for (let i = 0; i < 2; i++) {
      await receive();
      clock.advance(30);
    }
    expect(await receive()).toEqual([]);
    const [dead] = await receive(10, dlq);
    expect(dead).toMatchObject({ body: 'a1', messageId: sent?.messageId, receiveCount: 1, sentAt: clock.now() });
    expect(dead?.fifo).toMatchObject({ groupId: 'a', deduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(Number(dead?.fifo?.sequenceNumber)).toBeGreaterThan(Number(sent?.sequenceNumber));
  });

  it('keeps no more deduplication ids than five minutes of messages, however long it rests', async () => {
    for (let i = 0; i < 40; i++) await send(`a${i}`);
    expect(count('fifo_deduplications')).toBe(40);
    clock.advance(300);
    for (let i = 0; i < 5; i++) await send(`b${i}`);
    expect(count('fifo_deduplications')).toBe(5);
  });

  it('keeps no row of a group that has no message', async () => {
    await send('a1', 'b1');
    for (const each of await receive()) await sqlite.queue.delete(jobs, [each.receiptHandle]);
    expect(count('fifo_groups')).toBe(0);
  });

  it('delivers an event that lay in the queue as it was put', async () => {
    await sqlite.bus.putRule({ name: 'jobs', pattern: { source: ['shop'] }, queue: jobs, fifo: { group: 'all' } });
    await sqlite.bus.put([{ source: 'shop', detailType: 'Sold', detail: { what: 'tea' } }]);
    await reopen();
    for (let i = 0; i < 2; i++) {
      const [message] = await receive();
      expect(JSON.parse(message?.body ?? '')).toMatchObject({ source: 'shop', detail: { what: 'tea' } });
      clock.advance(30);
    }
    expect(await receive()).toEqual([]);
    const [dead] = await receive(10, dlq);
    expect(JSON.parse(dead?.body ?? '')).toMatchObject({ id: dead?.fifo?.deduplicationId, detail: { what: 'tea' } });
  });

  it.each(['', 'nonsense', '1', '1.', '.1', '1.1; DROP TABLE fifo_messages', '9999999.1', '1.2'])(
    'does nothing by the receipt %j',
    async (receipt) => {
      await send('a1', 'a2');
      await receive(1);
      await sqlite.queue.delete(jobs, [receipt]);
      await sqlite.queue.changeVisibility(jobs, receipt, 0);
      expect(await sqlite.queue.depth(jobs)).toEqual({ visible: 1, inFlight: 1, delayed: 0 });
      expect(await receive()).toEqual([]);
    },
  );

  it('does not touch the store while it waits', async () => {
    await send('a1', 'a2');
    await receive(1);
    const touched = vi.spyOn(sqlite.database, 'writeLazily');
    const waiting = sqlite.queue.receive(jobs, { max: 1, wait: 3_600 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(touched).toHaveBeenCalledTimes(1);
    await send('b1');
    expect(bodies(await waiting)).toEqual(['b1']);
    expect(touched).toHaveBeenCalledTimes(2);
  });

  it('wakes by itself when a visibility timeout or a delay ends', async () => {
    const real = await openSqlite(systemClock);
    await real.queue.create(jobs, { visibilityTimeout: 0.05, fifo: { ...fifo, delay: 0.05 } });
    await real.queue.send(jobs, [{ body: 'a1', groupId: 'a' }]);
    for (let receiveCount = 1; receiveCount <= 2; receiveCount++) {
      expect(await real.queue.receive(jobs, { max: 1, wait: 3_600 })).toMatchObject([{ receiveCount }]);
    }
    await real.remove();
  });

  it('keeps the order where the clock goes back', async () => {
    await send('a1');
    clock.advance(-3_600);
    await send('a2');
    expect(bodies(await receive())).toEqual([]);
    clock.advance(3_600);
    expect(bodies(await receive())).toEqual(['a1', 'a2']);
  });
});
