import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite } from '#test/support/sqlite.ts';
import { eventBusContract } from './event-bus.ts';
import { fifoBusContract } from './event-bus-fifo.ts';

eventBusContract('SQLite', async () => {
  const { bus, queue, remove } = await openSqlite(new TestClock());
  return { bus, archive: bus, queue, close: remove };
});

fifoBusContract('SQLite', async () => {
  const { bus, queue, remove } = await openSqlite(new TestClock());
  return { bus, queue, close: remove };
});
