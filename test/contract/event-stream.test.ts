import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite } from '#test/support/sqlite.ts';
import { eventStreamContract } from './event-stream.ts';

eventStreamContract('SQLite', async () => {
  const { stream, remove } = await openSqlite(new TestClock());
  const name = 'starling-local-artifacts';
  await stream.create(name, 4);
  return { stream, name, close: remove };
});
