import type { BusEntry } from '#shared/ports/event-bus.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite } from '#test/support/sqlite.ts';
import { eventArchiveContract } from './event-archive.ts';

const made: BusEntry = { source: 'test', detailType: 'Made.v1', detail: {} };

eventArchiveContract('SQLite', async () => {
  const { bus, remove } = await openSqlite(new TestClock());
  return {
    archive: bus,
    async pass(count) {
      const results = await bus.put(Array.from({ length: count }, () => made));
      return results.map((result) => ('eventId' in result ? result.eventId : result.error.code));
    },
    close: remove,
  };
});
