import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite } from '#test/support/sqlite.ts';
import { quarantineContract } from './quarantine.ts';

quarantineContract('SQLite', async () => {
  const { quarantine, remove } = await openSqlite(new TestClock());
  return { quarantine, close: remove };
});
