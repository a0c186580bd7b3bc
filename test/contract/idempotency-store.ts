import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Clock } from '#shared/ports/clock.ts';
import type { IdempotencyItem, IdempotencyStore } from '#shared/ports/idempotency-store.ts';
import { TestClock } from '#test/support/fixtures.ts';

export interface IdempotencyStoreSubject {
  readonly store: IdempotencyStore;
  close(): Promise<void>;
}

/** What every IdempotencyStore does. */
export function idempotencyStoreContract(name: string, open: (clock: Clock) => Promise<IdempotencyStoreSubject>): void {
  describe(`IdempotencyStore: ${name}`, () => {
    let clock: TestClock;
    let subject: IdempotencyStoreSubject;
    let store: IdempotencyStore;

    const begun = (item: Partial<IdempotencyItem> = {}): IdempotencyItem => ({
      id: 'echo#1',
      status: 'INPROGRESS',
      expiresAt: clock.now() + 60_000,
      inProgressUntil: clock.now() + 10_000,
      ...item,
    });
    const done = (item: Partial<IdempotencyItem> = {}): IdempotencyItem => ({
      id: 'echo#1',
      status: 'COMPLETED',
      expiresAt: clock.now() + 60_000,
      data: { value: 1 },
      ...item,
    });

    beforeEach(async () => {
      clock = new TestClock();
      subject = await open(clock);
      store = subject.store;
    });
    afterEach(() => subject.close());

    it('stores the first of an id, and gives it to whoever comes second', async () => {
      const first = begun();
      expect(await store.get(first.id)).toBeUndefined();
      expect(await store.put(first)).toBeUndefined();
      expect(await store.put(begun({ inProgressUntil: clock.now() + 99_000 }))).toEqual(first);
      expect(await store.get(first.id)).toEqual(first);
    });

    it('lets one of many begin who come at once', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => store.put(begun())));
      expect(answers.filter((answer) => answer === undefined)).toHaveLength(1);
    });

    it('keeps ids apart', async () => {
      await store.put(begun({ id: 'a' }));
      expect(await store.put(begun({ id: 'A' }))).toBeUndefined();
      expect(await store.put(begun({ id: "a'; DROP TABLE idempotency; --" }))).toBeUndefined();
      expect((await store.get('a'))?.id).toBe('a');
    });

    it('takes one in progress for dead when its time is over, not at its last millisecond', async () => {
      const first = begun();
      await store.put(first);
      clock.advance(10);
      expect(await store.put(begun())).toEqual(first);
      clock.advance(0.001);
      const second = begun({ payloadHash: 'hash' });
      expect(await store.put(second)).toBeUndefined();
      expect(await store.get(first.id)).toEqual(second);
    });

    it('waits for the expiry of one in progress that names no time', async () => {
      const { inProgressUntil: _, ...first } = begun();
      await store.put(first);
      clock.advance(60);
      expect(await store.put(begun())).toEqual(first);
      clock.advance(0.001);
      expect(await store.put(begun())).toBeUndefined();
    });

    it('keeps what is done until it expires, whatever its progress time says', async () => {
      await store.put(begun());
      await store.update(done());
      clock.advance(60);
      const kept = await store.put(begun());
      expect(kept).toMatchObject({ status: 'COMPLETED', data: { value: 1 } });
      clock.advance(0.001);
      const next = begun();
      expect(await store.put(next)).toBeUndefined();
      // The result of the expired one is gone with it.
      expect(await store.get(next.id)).toEqual(next);
    });

    it('updates what is given and keeps the rest', async () => {
      const first = begun({ payloadHash: 'hash' });
      await store.put(first);
      const { data: _, ...plain } = done({ expiresAt: clock.now() + 99_000 });
      await store.update(plain);
      expect(await store.get(first.id)).toEqual({ ...first, ...plain });
      await store.update(done({ data: [1, 'two', null, { three: 3.5 }] }));
      expect((await store.get(first.id))?.data).toEqual([1, 'two', null, { three: 3.5 }]);
      await store.update(plain);
      expect((await store.get(first.id))?.data).toEqual([1, 'two', null, { three: 3.5 }]);
    });

    it('stores by an update what is not there', async () => {
      await store.update(done());
      expect(await store.get('echo#1')).toEqual(done());
    });

    it('tells a stored null from no result', async () => {
      await store.update(done({ data: null }));
      expect(await store.get('echo#1')).toEqual(done({ data: null }));
    });

    it('deletes, and minds no absence', async () => {
      await store.put(begun());
      await store.delete('echo#1');
      await store.delete('echo#1');
      expect(await store.get('echo#1')).toBeUndefined();
      expect(await store.put(begun())).toBeUndefined();
    });
  });
}
