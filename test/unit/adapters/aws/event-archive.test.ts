import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloudWatchLogsClient } from '#adapters/aws/clients/cloudwatch-logs.ts';
import { CloudWatchEventArchive } from '#adapters/aws/event-archive.ts';
import { AHEAD_MS, ArrivalOrder, LATE_MS, type LoggedEvent, secondOf } from '#adapters/aws/event-archive-order.ts';
import type { ArchivedEvent } from '#shared/ports/event-bus.ts';
import { FakeAws } from '#test/support/fake-aws.ts';
import { TestClock } from '#test/support/fixtures.ts';

const start = Date.UTC(2025, 0, 1);
const logged = (message: string, ingested: number, timestamp = ingested): LoggedEvent => ({
  message,
  ingested: start + ingested,
  timestamp: start + timestamp,
});
const second = start / 1_000;

describe('ArrivalOrder', () => {
  const shown = (events: readonly ArchivedEvent[]) =>
    events.map(({ position, event }) => [event, secondOf(position) - second, position % 100_000]);
  const all = Number.POSITIVE_INFINITY;

  it('orders by coming in, whatever the time of an event, and numbers each second from 1', () => {
    const order = new ArrivalOrder(second, second + 10);
    for (const event of [
      logged('c', 1_500, -9_000),
      logged('a', 10, 10),
      logged('d', 1_999, 20),
      logged('b', 900, 900),
    ])
      order.add(event);
    expect(shown(order.release(all))).toEqual([
      ['a', 0, 1],
      ['b', 0, 2],
      ['c', 1, 1],
      ['d', 1, 2],
    ]);
  });

  it('keeps the order in which those of one millisecond were given', () => {
    const order = new ArrivalOrder(second, second);
    for (const name of ['x', 'b', 'a', 'y']) order.add(logged(name, 5));
    expect(order.release(all).map(({ event }) => event)).toEqual(['x', 'b', 'a', 'y']);
  });

  it('gives out a second only when nothing of it can come any more', () => {
    const order = new ArrivalOrder(second, second + 1_000);
    order.add(logged('a', 0));
    order.add(logged('b', 999));
    order.add(logged('c', 1_000));
    expect(order.release(start + AHEAD_MS + 999)).toEqual([]);
    expect(order.release(start + AHEAD_MS + 1_000)).toHaveLength(2);
    expect(order.release(start + AHEAD_MS + 1_999)).toEqual([]);
    expect(shown(order.release(all))).toEqual([['c', 1, 1]]);
    expect(order.release(all)).toEqual([]);
  });

  it('drops the latest seconds when too much waits, says up to which it is whole, and keeps one second', () => {
    const order = new ArrivalOrder(second, second + 9, 10);
    order.add(logged('12345', 3_000));
    order.add(logged('12345', 1_000));
    expect(order.to).toBe(second + 9);
    order.add(logged('1234567', 2_000));
    expect(order.to).toBe(second + 1);
    order.add(logged('not of it any more', 2_500));
    order.add(logged('abcdefghijklmn', 1_500));
    expect(order.release(all).map(({ event }) => event)).toEqual(['12345', 'abcdefghijklmn']);
    order.add(logged('fits again', 1_700));
    expect(order.to).toBe(second + 1);
  });

  it('leaves out what is of other seconds, came too late, or was too far ahead', () => {
    const order = new ArrivalOrder(second + 200, second + 300);
    const inside = 250_000;
    order.add(logged('before', 199_999));
    order.add(logged('after', 301_000));
    order.add(logged('late', inside, inside - LATE_MS - 1));
    order.add(logged('ahead', inside, inside + AHEAD_MS + 1));
    order.add(logged('first', 200_000));
    order.add(logged('just in time', inside, inside - LATE_MS));
    order.add(logged('just not ahead', inside, inside + AHEAD_MS));
    order.add(logged('last', 300_999));
    const names = order.release(all).map(({ event }) => event);
    expect(names).toEqual(['first', 'just in time', 'just not ahead', 'last']);
  });
});

describe('CloudWatchEventArchive', () => {
  let aws: FakeAws;
  let clock: TestClock;
  let group: LoggedEvent[];
  let archive: CloudWatchEventArchive;

  interface Request {
    readonly startTime: number;
    readonly endTime?: number;
    readonly startFromHead?: boolean;
    readonly nextToken?: string;
  }

  beforeEach(async () => {
    aws = await FakeAws.start();
    clock = new TestClock();
    group = [];
    const client = cloudWatchLogsClient(aws.options);
    archive = new CloudWatchEventArchive({ client, logGroup: 'events', clock, settleMs: 5_000, intervalMs: 1 });
    // Two events a page, and an empty page after each, as AWS may give.
    aws.on('FilterLogEvents', (input) => {
      const { startTime, endTime = Number.MAX_SAFE_INTEGER, startFromHead = true, nextToken = '0' } = input as Request;
      const found = group
        .filter(({ timestamp }) => timestamp >= startTime && timestamp <= endTime)
        .sort((a, b) => a.timestamp - b.timestamp || a.ingested - b.ingested);
      if (!startFromHead) found.reverse();
      const page = Number(nextToken);
      const empty = page % 2 === 1;
      const events = empty ? [] : found.slice(page, page + 2);
      return {
        events: events.map(({ timestamp, ingested, message }) => ({ timestamp, ingestionTime: ingested, message })),
        ...((empty || page + 2 < found.length) && { nextToken: String(page + 1) }),
      };
    });
  });
  afterEach(() => aws.close());

  async function first(count: number, after = 0): Promise<ArchivedEvent[]> {
    const seen: ArchivedEvent[] = [];
    for await (const event of archive.tail(after, new AbortController().signal)) {
      seen.push(event);
      if (seen.length === count) break;
    }
    return seen;
  }
  const names = (events: readonly ArchivedEvent[]) => events.map(({ event }) => event);

  it('reads on over empty pages', async () => {
    for (let n = 0; n < 7; n++) group.push(logged(`e${n}`, n * 300));
    clock.advance(60);
    expect(names(await first(7))).toEqual(['e0', 'e1', 'e2', 'e3', 'e4', 'e5', 'e6']);
    expect(await archive.newest()).toBe((second + 1) * 100_000 + 3);
  });

  it('shows each event once, in order, where only a few fit into its memory', async () => {
    const small = {
      client: cloudWatchLogsClient(aws.options),
      logGroup: 'events',
      clock,
      settleMs: 5_000,
      intervalMs: 1,
    };
    archive = new CloudWatchEventArchive({ ...small, maxWaiting: 10 });
    const all = Array.from({ length: 20 }, (_, n) => `event-${String(n).padStart(2, '0')}`);
    for (const [n, name] of all.entries()) group.push(logged(name, n * 400, n % 3 === 0 ? n * 400 - 5_000 : n * 400));
    clock.advance(60);
    expect(names(await first(20))).toEqual(all);
  });

  it('shows no second before all of it can be read', async () => {
    group.push(logged('a', 0));
    clock.advance(5.999);
    expect(await archive.newest()).toBe(0);
    clock.advance(0.001);
    expect(await archive.newest()).toBe(second * 100_000 + 1);
    // Nothing of the second that is not over.
    group.push(logged('b', 1_000));
    clock.advance(0.999);
    expect(await archive.newest()).toBe(second * 100_000 + 1);
  });

  it('shows what comes in late after what came in before, to a tail that goes on too', async () => {
    group.push(logged('a', 10_000));
    clock.advance(20);
    const [a] = await first(1);
    group.push(logged('late', 20_000, -90_000));
    clock.advance(10);
    expect(names(await first(1, a?.position))).toEqual(['late']);
    expect(names(await first(2))).toEqual(['a', 'late']);
    expect(await archive.newest()).toBe((second + 20) * 100_000 + 1);
  });

  it('reads each time only what is new, and what may still come late', async () => {
    for (let n = 0; n < 3; n++) group.push(logged(`e${n}`, n * 1_000));
    clock.advance(3_600);
    const stop = new AbortController();
    const tail = archive.tail((second + 3_000) * 100_000, stop.signal)[Symbol.asyncIterator]();
    const next = tail.next();
    await expect.poll(() => aws.inputs('FilterLogEvents').length).toBe(1);
    group.push(logged('new', 3_600_000));
    clock.advance(10);
    expect((await next).value?.event).toBe('new');
    stop.abort();
    const [whole, later] = aws.inputs<Request>('FilterLogEvents');
    expect(whole).toMatchObject({ startTime: start + 3_000_000 - LATE_MS, endTime: start + 3_595_000 + AHEAD_MS });
    expect(later).toMatchObject({ startTime: start + 3_595_000 - LATE_MS, endTime: start + 3_605_000 + AHEAD_MS });
    await tail.return?.(undefined);
  });

  it('ends when it is aborted while AWS is being asked', async () => {
    const stop = new AbortController();
    aws.on('FilterLogEvents', () => {
      stop.abort();
      return new Promise(() => {});
    });
    clock.advance(60);
    const seen: ArchivedEvent[] = [];
    for await (const event of archive.tail(0, stop.signal)) seen.push(event);
    expect(seen).toEqual([]);
  });
});
