import type { BusEntry } from '#shared/ports/event-bus.ts';
import { openEmbedded } from '#test/support/embedded.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { eventArchiveContract } from './event-archive.ts';

const made: BusEntry = { source: 'test', detailType: 'Made.v1', detail: {} };

eventArchiveContract('embedded', async () => {
  const { bus, remove } = await openEmbedded(new TestClock());
  return {
    archive: bus,
    async pass(count) {
      const results = await bus.put(Array.from({ length: count }, () => made));
      return results.map((result) => ('eventId' in result ? result.eventId : result.error.code));
    },
    close: remove,
  };
});
