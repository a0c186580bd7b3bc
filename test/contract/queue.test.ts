import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite } from '#test/support/sqlite.ts';
import { queueContract } from './queue.ts';

queueContract('SQLite', async () => {
  const clock = new TestClock();
  const { queue, remove } = await openSqlite(clock);
  return { queue, pass: async (seconds) => clock.advance(seconds), close: remove };
});
