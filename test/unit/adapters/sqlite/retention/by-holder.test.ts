import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KEYS_PER_RANGE, sampleRanges } from '#adapters/sqlite/retention/samples.ts';
import { sharesOf } from '#adapters/sqlite/retention/shares.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import { entriesOf } from '#shared/tasks/log.ts';
import { artifactEvent, entry, entryOf } from '#test/support/task-events.ts';
import { ForwardClock, openStore, type Store } from './store.ts';

const clock = new ForwardClock();
const text = 'x'.repeat(20_000);

let store: Store;
beforeEach(async () => {
  store = await openStore(clock);
});
afterEach(() => store.remove());

async function done(owner: string, count: number): Promise<TaskRecord[]> {
  const tasks: TaskRecord[] = [];
  for (let made = 0; made < count; made++) {
    const task = await store.create({ owner });
    await store.put(entryOf(artifactEvent(task, { sequence: 1 }, { text })));
    await store.put(store.status(task, 'TASK_STATE_COMPLETED', clock.now(), 2));
    tasks.push(task);
    clock.advance(100);
  }
  clock.advance(3_000);
  return tasks;
}
const publish = async (source: string, count: number) => {
  for (let made = 0; made < count; made++) await store.put(entry(source, 'Said.v1', { text }));
  clock.advance(3_000);
};
const live = () => store.keeping().size.live();
const shrink = () => store.keeping({ maxStore: live() - 1 }).look();
const kept = async (tasks: readonly TaskRecord[]) =>
  (await Promise.all(tasks.map(store.find))).filter((task) => task !== undefined).length;

describe('a store that is full', () => {
  it('deletes the tasks of the client that holds most, not the older tasks of others', async () => {
    const others = await done('quiet', 5);
    const logs = await Promise.all(others.map(({ id }) => entriesOf(store.tasks, id, 0)));
    const events = await store.eventsFrom(0);
    const flood = await done('flood', 60);
    await shrink();
    expect(live()).toBeLessThanOrEqual((await kept(flood)) * 25_000 + 600_000);
    expect(await kept(others)).toBe(5);
    expect(await Promise.all(others.map(({ id }) => entriesOf(store.tasks, id, 0)))).toStrictEqual(logs);
    expect((await store.eventsFrom(0)).slice(0, events.length)).toEqual(events);
    const left = await kept(flood);
    expect(left).toBeGreaterThan(40);
    expect(left).toBeLessThan(60);
    expect(await kept(flood.slice(-left))).toBe(left);
    expect(store.counts.get('starling_pruned_total tasks')).toBe(60 - left);
    // The request, the artifact and the end of each task.
    expect(store.counts.get('starling_pruned_total events')).toBe(3 * (60 - left));
    expect(store.lines.filter(({ level }) => level === 'error')).toEqual([]);
  });

  it('deletes of several clients that hold much from each until they hold the same', async () => {
    const quiet = await done('quiet', 6);
    const first = await done('first', 40);
    const second = await done('second', 30);
    await store.keeping({ maxStore: live() / 2 }).look();
    expect(await kept(quiet)).toBe(6);
    const counts = [await kept(first), await kept(second)];
    expect(Math.abs(Number(counts[0]) - Number(counts[1]))).toBeLessThanOrEqual(2);
    expect(counts[0]).toBeGreaterThan(6);
  });

  it('deletes the events of the producer that holds most, and no task', async () => {
    const tasks = await done('quiet', 5);
    await publish('shop', 5);
    await publish('flood', 60);
    await shrink();
    const sources = new Map(store.sources().map(({ source, count }) => [String(source), Number(count)]));
    expect(sources.get('shop')).toBe(5);
    expect(sources.get('flood')).toBeLessThan(60);
    expect(sources.get('flood')).toBeGreaterThan(40);
    expect(await kept(tasks)).toBe(5);
  });

  it('keeps the events that messages wait with', async () => {
    await store.queue.create('audit', { visibilityTimeout: 30 });
    await store.bus.putRule({ name: 'audit', pattern: { source: [{ prefix: '' }] }, queue: 'audit' });
    await done('flood', 20);
    await publish('flood', 20);
    const bodies = new Map(
      (await store.queue.receive('audit', { max: 1_000, wait: 0 })).map((m) => [m.messageId, m.body]),
    );
    await store.keeping({ maxStore: live() / 2 }).look();
    expect(store.rows('tasks')).toBeLessThan(20);
    clock.advance(31_000);
    while (true) {
      const again = await store.queue.receive('audit', { max: 1_000, wait: 0 });
      if (again.length === 0) break;
      for (const { messageId, body } of again) {
        expect(body).toBe(bodies.get(messageId));
        bodies.delete(messageId);
      }
    }
    expect(bodies.size).toBe(0);
  });

  it('deletes nothing of a smaller client because the tasks of the largest one are open', async () => {
    const smaller = await done('smaller', 20);
    const open: TaskRecord[] = [];
    for (let made = 0; made < 40; made++) {
      const task = await store.create({ owner: 'open' });
      await store.put(entryOf(artifactEvent(task, { sequence: 1 }, { text })));
      open.push(task);
    }
    clock.advance(3_000);
    const maxStore = live() - 1;
    await store.keeping({ maxStore }).look();
    expect([await kept(open), await kept(smaller)]).toEqual([40, 20]);
    for (const task of open) await store.put(store.status(task, 'TASK_STATE_COMPLETED', clock.now(), 2));
    clock.advance(3_000);
    await store.keeping({ maxStore }).look();
    expect(await kept(open)).toBeLessThan(40);
    expect(await kept(smaller)).toBe(20);
  });
});

describe('sharesOf', () => {
  it('takes what is needed, first from the largest holders, until they hold as much as the next', () => {
    const holdings = fc.array(fc.integer({ min: 0, max: 10_000 }), { maxLength: 8 });
    fc.assert(
      fc.property(holdings, fc.integer({ min: 1, max: 50_000 }), (bytes, excess) => {
        const shares = sharesOf(bytes, excess);
        const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);
        const needed = Math.min(excess, sum(bytes));
        expect(sum(shares)).toBeGreaterThanOrEqual(needed - bytes.length);
        expect(sum(shares)).toBeLessThanOrEqual(needed + bytes.length);
        const left = bytes.map((each, at) => each - (shares[at] ?? 0));
        const level = Math.max(0, ...left);
        for (const [at, share] of shares.entries()) {
          expect(share).toBeGreaterThanOrEqual(0);
          if (share > 0) expect(left[at]).toBeCloseTo(level);
        }
      }),
    );
  });
});

describe('sampleRanges', () => {
  it.each([1, 499, 100_000, 5_000_000])('reads at most 200 ranges of %i keys, which stand for all', async (keys) => {
    let ranges = 0;
    let stoodFor = 0;
    const work = { isStopped: false, pause: async () => {}, read: async <T>(query: () => T) => query(), run: never };
    await sampleRanges(work, 1, keys, (from, to, weight) => {
      ranges++;
      stoodFor += (Math.min(to, keys) - from + 1) * weight;
    });
    expect(ranges).toBeLessThanOrEqual(200);
    expect(stoodFor).toBeGreaterThanOrEqual(keys * 0.99);
    expect(stoodFor).toBeLessThanOrEqual(keys + (keys > KEYS_PER_RANGE * 200 ? keys / 100 : 0));
  });
});

const never = () => Promise.reject(new Error('a sample changes nothing'));
