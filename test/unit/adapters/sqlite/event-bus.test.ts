import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { InlineConsumer } from '#adapters/sqlite/event-bus.ts';
import type { BusEntry, BusEvent } from '#shared/ports/event-bus.ts';
import { archivedEvents } from '#test/support/archive.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';

const made = (n: number, more: Partial<BusEntry> = {}): BusEntry => ({
  source: 'test',
  detailType: 'Made',
  detail: { n },
  ...more,
});
const numberOf = ({ detail }: BusEvent): number => (detail as { n: number }).n;

describe('SqliteEventBus', () => {
  const clock = new TestClock();
  let sqlite: SqliteAdapters;

  beforeEach(async () => {
    sqlite = await openSqlite(clock);
    await sqlite.queue.create('inbox', { visibilityTimeout: 30 });
    await sqlite.bus.putRule({ name: 'all', pattern: { source: ['test'] }, queue: 'inbox' });
  });
  afterEach(() => sqlite.remove());

  const inbox = async () =>
    (await sqlite.queue.receive('inbox', { max: 100, wait: 0 })).map(({ body }): BusEvent => JSON.parse(body));
  const numbers = async () => (await inbox()).map(numberOf);
  const archived = async () => (await archivedEvents(sqlite.bus)).map(numberOf);
  /** Rows in a table of the tests' own, which a consumer writes. */
  const folded = async () =>
    (await sqlite.database.read(() => sqlite.database.prepare('SELECT reason FROM quarantine').all())).map((row) =>
      Number(row.reason),
    );

  it('keeps the archive and what rules delivered over a restart', async () => {
    await sqlite.bus.put([made(1), made(2)]);
    const before = await archivedEvents(sqlite.bus);
    await sqlite.close();
    sqlite = await openSqlite(clock, sqlite.folder);
    await sqlite.queue.create('inbox', { visibilityTimeout: 30 });
    expect(await archivedEvents(sqlite.bus)).toEqual(before);
    expect(await inbox()).toEqual(before);
    const position = await sqlite.bus.newest();
    await sqlite.bus.put([made(3)]);
    expect(await sqlite.bus.newest()).toBe(position + 1);
  });

  it('takes nothing of a put that the store fails', async () => {
    await sqlite.bus.putRule({ name: 'broken', pattern: { detail: { n: [2] } }, queue: 'never-made' });
    await expect(sqlite.bus.put([made(1), made(2)])).rejects.toMatchObject({ code: 'QUEUE_NOT_FOUND' });
    expect(await archived()).toEqual([]);
    expect(await numbers()).toEqual([]);
  });

  it('feeds several tails alike', async () => {
    const stop = new AbortController();
    const read = async () => {
      const seen: number[] = [];
      for await (const { event } of sqlite.bus.tail(0, stop.signal)) {
        seen.push(numberOf(JSON.parse(event)));
        if (seen.length === 3) break;
      }
      return seen;
    };
    await sqlite.bus.put([made(1)]);
    const tails = [read(), read()];
    await setImmediate();
    await sqlite.bus.put([made(2), made(3)]);
    expect(await Promise.all(tails)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
    ]);
  });

  describe('an inline consumer', () => {
    /** Writes each event's number into a table, and throws behind the write for the numbers that it is told. */
    class Folding implements InlineConsumer {
      readonly failsAt: readonly number[];
      failsToFinish = false;
      queuesAt = 0;
      readonly calls: string[] = [];

      constructor(...failsAt: number[]) {
        this.failsAt = failsAt;
      }
      apply(event: BusEvent, position: number): 'done' | 'queue' {
        const n = numberOf(event);
        this.calls.push(`apply ${n} at ${position}`);
        sqlite.quarantine.putWithin(String(n), '');
        if (this.failsAt.includes(n)) throw new Error(`no ${n}`);
        return n === this.queuesAt ? 'queue' : 'done';
      }
      finish(): void {
        this.calls.push('finish');
        if (this.failsToFinish) throw new Error('no end');
      }
      abandon(): void {
        this.calls.push('abandon');
      }
    }

    it('gets events within their put, instead of its queue', async () => {
      const folding = new Folding();
      sqlite.bus.inline('inbox', folding);
      await sqlite.bus.put([made(1), made(2)]);
      expect(await folded()).toEqual([1, 2]);
      expect(await numbers()).toEqual([]);
      expect(folding.calls).toEqual(['apply 1 at 1', 'apply 2 at 2', 'finish']);
    });

    it('asks for an event in its queue too', async () => {
      const folding = new Folding();
      folding.queuesAt = 2;
      sqlite.bus.inline('inbox', folding);
      await sqlite.bus.put([made(1), made(2)]);
      expect(await folded()).toEqual([1, 2]);
      expect(await numbers()).toEqual([2]);
    });

    it('leaves other queues theirs', async () => {
      sqlite.bus.inline('inbox', new Folding());
      await sqlite.queue.create('other', { visibilityTimeout: 30 });
      await sqlite.bus.putRule({ name: 'other', pattern: { source: ['test'] }, queue: 'other' });
      await sqlite.bus.put([made(1)]);
      expect(await sqlite.queue.receive('other', { max: 10, wait: 0 })).toHaveLength(1);
    });

    it('gets no event that its rules do not match', async () => {
      const folding = new Folding();
      sqlite.bus.inline('inbox', folding);
      await sqlite.bus.put([made(1, { source: 'elsewhere' })]);
      expect(folding.calls).toEqual(['finish']);
      expect(await archived()).toEqual([1]);
    });

    it('that throws has what it did for this event undone, and the event in its queue', async () => {
      const folding = new Folding(2);
      sqlite.bus.inline('inbox', folding);
      const results = await sqlite.bus.put([made(1), made(2), made(3)]);
      expect(results).toMatchObject([1, 2, 3].map(() => ({ eventId: expect.any(String) })));
      expect(await folded()).toEqual([1, 3]);
      expect(await numbers()).toEqual([2]);
      expect(await archived()).toEqual([1, 2, 3]);
      expect(folding.calls.at(-1)).toBe('finish');
    });

    it('that cannot finish takes the put with it, and is told', async () => {
      const folding = new Folding();
      folding.failsToFinish = true;
      sqlite.bus.inline('inbox', folding);
      const [first, second] = await Promise.allSettled([
        sqlite.bus.put([made(1)]),
        sqlite.queue.send('inbox', [{ body: JSON.stringify({ detail: { n: 9 } }) }]),
      ]);
      expect(first).toMatchObject({ status: 'rejected', reason: new Error('no end') });
      expect(second.status).toBe('fulfilled');
      expect(folding.calls.slice(-3)).toEqual(['apply 1 at 1', 'finish', 'abandon']);
      expect(await folded()).toEqual([]);
      expect(await archived()).toEqual([]);
      expect(await numbers()).toEqual([9]);
    });
  });
});
