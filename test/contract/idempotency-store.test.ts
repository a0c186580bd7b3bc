import { expect, it } from 'vitest';
import { SqliteIdempotencyStore } from '#adapters/sqlite/idempotency.ts';
import { openDatabase, TestClock } from '#test/support/fixtures.ts';
import { idempotencyStoreContract } from './idempotency-store.ts';

idempotencyStoreContract('SQLite', async (clock) => {
  const { database, close } = openDatabase();
  return { store: new SqliteIdempotencyStore(database, clock), close };
});

it('sqlite: clears away what expired, and nothing else', async () => {
  const { database, close } = openDatabase();
  const clock = new TestClock();
  const store = new SqliteIdempotencyStore(database, clock);
  const put = (id: string, seconds: number) =>
    store.put({ id, status: 'INPROGRESS', expiresAt: clock.now() + seconds * 1_000 });
  const ids = Array.from({ length: 300 }, (_, i) => `short-${i}`);
  await Promise.all(ids.map((id) => put(id, 1)));
  await put('long', 100);
  clock.advance(2);
  await Promise.all(Array.from({ length: 300 }, (_, i) => put(`later-${i}`, 100)));
  expect((await Promise.all(ids.map((id) => store.get(id)))).filter(Boolean)).toEqual([]);
  expect(await store.get('long')).toBeDefined();
  expect(await store.get('later-0')).toBeDefined();
  await close();
});
