import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '#shared/ports/clock.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';

const dlq = 'jobs-dlq';
const settings = { visibilityTimeout: 30, maxReceiveCount: 2, deadLetterQueue: dlq };

describe('SqliteQueue', () => {
  let clock: TestClock;
  let sqlite: SqliteAdapters;

  beforeEach(async () => {
    clock = new TestClock();
    sqlite = await openSqlite(clock);
    await create();
  });
  afterEach(() => sqlite.remove());

  async function create(): Promise<void> {
    await sqlite.queue.create('jobs', settings);
    await sqlite.queue.create(dlq, settings);
  }
  async function reopen(): Promise<void> {
    await sqlite.close();
    sqlite = await openSqlite(clock, sqlite.folder);
    await create();
  }
  const receive = (from = 'jobs', max = 10) => sqlite.queue.receive(from, { max, wait: 0 });

  it('keeps messages, their counts and their times over a restart', async () => {
    const sent = await sqlite.queue.send('jobs', [
      { body: 'seen', attributes: { a: '1' } },
      { body: 'fresh' },
      { body: 'late', delay: 60 },
    ]);
    const [seen] = await receive('jobs', 1);
    await reopen();
    expect(await sqlite.queue.depth('jobs')).toEqual({ visible: 1, inFlight: 1, delayed: 1 });
    expect(await receive()).toMatchObject([{ body: 'fresh', messageId: sent[1]?.messageId, receiveCount: 1 }]);
    clock.advance(30);
    expect(await receive()).toMatchObject([
      { ...seen, receiptHandle: expect.any(String), receiveCount: 2 },
      { body: 'fresh', receiveCount: 2 },
    ]);
    clock.advance(30);
    expect(await receive()).toMatchObject([{ body: 'late' }]);
    expect(await receive(dlq)).toMatchObject([{ body: 'seen' }, { body: 'fresh' }]);
  });

  it('deletes by a receipt of before the restart', async () => {
    await sqlite.queue.send('jobs', [{ body: 'job' }]);
    const [message] = await receive();
    await reopen();
    await sqlite.queue.delete('jobs', [message?.receiptHandle ?? '']);
    clock.advance(60);
    expect(await receive()).toEqual([]);
  });

  it('makes what a dead process had in flight visible at once, its count kept, and wakes who waits', async () => {
    await sqlite.queue.send('jobs', [{ body: 'in flight' }]);
    await receive();
    await sqlite.queue.send('jobs', [{ body: 'delayed', delay: 60 }]);
    await reopen();
    const waiting = sqlite.queue.receive('jobs', { max: 10, wait: 3_600 });
    await new Promise(setImmediate);
    expect(await sqlite.queue.releaseInFlight('jobs')).toBe(1);
    expect(await waiting).toMatchObject([{ body: 'in flight', receiveCount: 2 }]);
    expect(await sqlite.queue.depth('jobs')).toEqual({ visible: 0, inFlight: 1, delayed: 1 });
    expect(await sqlite.queue.releaseInFlight(dlq)).toBe(0);
  });

  it('gives no receive more than it takes, also where messages come while it takes them', async () => {
    await sqlite.queue.send('jobs', [{ body: '1' }, { body: '2' }]);
    const receives = [receive('jobs', 2), receive('jobs', 2)];
    await sqlite.queue.send('jobs', [{ body: '3' }, { body: '4' }]);
    const received = (await Promise.all(receives)).map((messages) => messages.map(({ body }) => body));
    expect(received).toEqual([
      ['1', '2'],
      ['3', '4'],
    ]);
  });

  it('sends nothing of a batch that cannot be sent whole', async () => {
    const circular: Record<string, string> = {};
    (circular as Record<string, unknown>).self = circular;
    await expect(sqlite.queue.send('jobs', [{ body: 'a' }, { body: 'b', attributes: circular }])).rejects.toThrow();
    expect(await receive()).toEqual([]);
  });

  it.each(['', 'nonsense', '1', '1.', '.1', '1.1; DROP TABLE messages', '9999999.1'])(
    'does nothing by the receipt %j',
    async (receipt) => {
      await sqlite.queue.send('jobs', [{ body: 'job' }]);
      await receive();
      await sqlite.queue.delete('jobs', [receipt]);
      await sqlite.queue.changeVisibility('jobs', receipt, 0);
      expect(await sqlite.queue.depth('jobs')).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    },
  );

  it('does not touch the store while it waits', async () => {
    const touched = vi.spyOn(sqlite.database, 'writeLazily');
    const waiting = sqlite.queue.receive('jobs', { max: 1, wait: 3_600 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(touched).toHaveBeenCalledTimes(1);
    await sqlite.queue.send('jobs', [{ body: 'job' }]);
    expect(await waiting).toHaveLength(1);
    expect(touched).toHaveBeenCalledTimes(1);
  });

  describe('a receive that waits', () => {
    const turns = async () => {
      for (let i = 0; i < 5; i++) await new Promise(setImmediate);
    };
    const wait = async (max: number, signal?: AbortSignal) => {
      const receiving = sqlite.queue.receive('jobs', { max, wait: 3_600, ...(signal && { signal }) });
      await turns();
      return receiving;
    };

    it('is handed what is sent, which is stored as received', async () => {
      const waiting = wait(10);
      await turns();
      const sent = await sqlite.queue.send('jobs', [{ body: 'a', attributes: { of: 'a' } }, { body: 'b' }]);
      const received = await waiting;
      expect(received).toEqual([
        {
          messageId: sent[0]?.messageId,
          receiptHandle: expect.any(String),
          body: 'a',
          attributes: { of: 'a' },
          receiveCount: 1,
          sentAt: clock.now(),
          firstReceivedAt: clock.now(),
        },
        expect.objectContaining({ body: 'b', attributes: {}, receiveCount: 1 }),
      ]);
      await sqlite.queue.delete('jobs', [received[1]?.receiptHandle ?? '']);
      await reopen();
      expect(await sqlite.queue.depth('jobs')).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
      clock.advance(30);
      expect(await receive()).toMatchObject([{ ...received[0], receiptHandle: expect.any(String), receiveCount: 2 }]);
    });

    it('gets no more than it asked for, and the next gets the rest first', async () => {
      const waiting = wait(2);
      await turns();
      await sqlite.queue.send('jobs', [{ body: 'a' }, { body: 'b' }, { body: 'c' }]);
      expect(await waiting).toMatchObject([{ body: 'a' }, { body: 'b' }]);
      const next = wait(2);
      await sqlite.queue.send('jobs', [{ body: 'd' }]);
      expect(await next).toMatchObject([{ body: 'c' }, { body: 'd' }]);
    });

    it('gets what has lain there before what comes while it looks', async () => {
      await sqlite.queue.send('jobs', [{ body: 'old' }]);
      const sending = sqlite.queue.send('jobs', [{ body: 'new' }]);
      expect(await sqlite.queue.receive('jobs', { max: 1, wait: 0 })).toMatchObject([{ body: 'old' }]);
      await sending;
      expect(await receive()).toMatchObject([{ body: 'new' }]);
    });

    it('is handed nothing of a transaction that fails, and all that comes after', async () => {
      const waiting = wait(1);
      await turns();
      const failed = sqlite.database.write(() => {
        sqlite.queue.sendWithin('jobs', { body: 'never' });
        throw new Error('no');
      });
      await expect(failed).rejects.toThrow('no');
      await turns();
      await sqlite.queue.send('jobs', [{ body: 'job' }]);
      expect(await waiting).toMatchObject([{ body: 'job', receiveCount: 1 }]);
      expect(await sqlite.queue.depth('jobs')).toEqual({ visible: 0, inFlight: 1, delayed: 0 });
    });

    it('still gets what was stored as received by it when it was aborted', async () => {
      const stopping = new AbortController();
      const waiting = wait(10, stopping.signal);
      await turns();
      const sent = sqlite.database.write(() => {
        sqlite.queue.sendWithin('jobs', { body: 'job' });
        stopping.abort();
      });
      expect(await waiting).toMatchObject([{ body: 'job' }]);
      await sent;
    });

    it('holds back what is delayed', async () => {
      const waiting = wait(1);
      await turns();
      await sqlite.queue.send('jobs', [{ body: 'late', delay: 60 }]);
      await sqlite.queue.send('jobs', [{ body: 'job' }]);
      expect(await waiting).toMatchObject([{ body: 'job' }]);
      expect(await sqlite.queue.depth('jobs')).toEqual({ visible: 0, inFlight: 1, delayed: 1 });
    });
  });

  it('delivers an event that lay in the queue as it was put, also over a restart', async () => {
    const rule = { name: 'jobs', pattern: { source: ['shop'] }, queue: 'jobs' };
    await sqlite.bus.putRule(rule);
    await sqlite.bus.put([{ source: 'shop', detailType: 'Sold', detail: { what: 'tea' } }]);
    await reopen();
    const [message] = await receive();
    expect(JSON.parse(message?.body ?? '')).toMatchObject({ source: 'shop', detail: { what: 'tea' } });
    clock.advance(30);
    await receive();
    clock.advance(30);
    expect(await receive()).toEqual([]);
    expect(await receive(dlq)).toMatchObject([{ body: message?.body }]);
  });

  it('wakes by itself when a delay or a visibility timeout ends', async () => {
    const real = await openSqlite(systemClock);
    await real.queue.create('jobs', { visibilityTimeout: 0.05 });
    const next = () => real.queue.receive('jobs', { max: 1, wait: 3_600 });
    await real.queue.send('jobs', [{ body: 'job', delay: 0.05 }]);
    expect(await next()).toMatchObject([{ receiveCount: 1 }]);
    expect(await next()).toMatchObject([{ receiveCount: 2 }]);
    const waiting = next();
    await real.queue.send('jobs', [{ body: 'later', delay: 3_600 }]);
    expect(await waiting).toMatchObject([{ body: 'job', receiveCount: 3 }]);
    await real.remove();
  });

  it('misses no message that becomes visible while it looks', async () => {
    let time = 0;
    // Time passes with every look at the clock.
    const ticking = await openSqlite({ now: () => (time += 10) });
    await ticking.queue.create('jobs', { visibilityTimeout: 3_600 });
    for (let delay = 0.005; delay < 0.1; delay += 0.01) {
      await ticking.queue.send('jobs', [{ body: `${delay}`, delay }]);
      expect(await ticking.queue.receive('jobs', { max: 1, wait: 3_000 })).toMatchObject([{ body: `${delay}` }]);
    }
    await ticking.remove();
  });

  it('gives at once what stands behind messages that dead-letter', async () => {
    await sqlite.queue.send('jobs', [{ body: 'poison 1' }, { body: 'poison 2' }]);
    for (let i = 0; i < 2; i++) {
      await receive();
      clock.advance(30);
    }
    await sqlite.queue.send('jobs', [{ body: 'good' }]);
    expect(await receive('jobs', 1)).toMatchObject([{ body: 'good' }]);
    expect(await receive(dlq)).toHaveLength(2);
  });

  it('keeps what it receives for good without a dead-letter queue', async () => {
    await sqlite.queue.create('patient', { visibilityTimeout: 1, maxReceiveCount: 1 });
    await sqlite.queue.send('patient', [{ body: 'job' }]);
    for (let receiveCount = 1; receiveCount <= 5; receiveCount++) {
      expect(await receive('patient')).toMatchObject([{ receiveCount }]);
      clock.advance(1);
    }
  });

  it('counts anew in the dead-letter queue', async () => {
    await sqlite.queue.send('jobs', [{ body: 'poison' }]);
    for (let i = 0; i < 3; i++) {
      await receive();
      clock.advance(30);
    }
    expect(await receive(dlq)).toMatchObject([{ body: 'poison', receiveCount: 1 }]);
  });
});
