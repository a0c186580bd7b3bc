import { agentEventOf } from '#shared/events/task-events.ts';
import type { AgentEvent } from '#shared/ports/task.ts';
import { archivedEvents } from '#test/support/archive.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { inlineQueue, openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';
import { entryOf } from '#test/support/task-events.ts';
import { taskStoreContract } from './task-store.ts';

const ways = {
  'sqlite, events by the projector': async ({ tasks }: SqliteAdapters, event: AgentEvent) => {
    await tasks.apply(event);
  },
  'sqlite, events folded within their put': async ({ bus, queue, tasks }: SqliteAdapters, event: AgentEvent) => {
    await bus.put([entryOf(event)]);
    // The projector's handler does what does not fit into the put.
    for (const { body } of await queue.receive(inlineQueue, { max: 10, wait: 0 })) {
      const agentEvent = agentEventOf(JSON.parse(body));
      if (agentEvent) await tasks.apply(agentEvent);
    }
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
