import type { AgentEvent } from '#shared/ports/task.ts';
import { archivedEvents } from '#test/support/archive.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';
import { entryOf } from '#test/support/task-events.ts';
import { taskStoreContract } from './task-store.ts';

const ways = {
  'sqlite, events by the projector': async ({ tasks }: SqliteAdapters, event: AgentEvent) => {
    await tasks.apply(event);
  },
  'sqlite, events folded within their put': async ({ bus }: SqliteAdapters, event: AgentEvent) => {
    await bus.put([entryOf(event)]);
  },
};

for (const [name, deliver] of Object.entries(ways)) {
  taskStoreContract(name, async () => {
    const clock = new TestClock();
    const sqlite = await openSqlite(clock);
    return {
      tasks: sqlite.tasks,
      deliver: (event) => deliver(sqlite, event),
      quarantined: () => sqlite.quarantine.count(),
      ended: () => sqlite.ended,
      published: () => archivedEvents(sqlite.bus),
      pass: async (seconds) => clock.advance(seconds),
      close: sqlite.remove,
    };
  });
}
