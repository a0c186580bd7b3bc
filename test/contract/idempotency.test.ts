import { SqliteIdempotencyStore } from '#adapters/sqlite/idempotency.ts';
import { StoreIdempotency } from '#shared/agent/store-idempotency.ts';
import { systemClock } from '#shared/ports/clock.ts';
import { openDatabase } from '#test/support/fixtures.ts';
import { idempotencyContract } from './idempotency.ts';

idempotencyContract('SQLite', async () => {
  const { database, close } = openDatabase();
  return { idempotency: new StoreIdempotency(new SqliteIdempotencyStore(database, systemClock)), close };
});
