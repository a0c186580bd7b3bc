import type { AgentEvent } from '#shared/ports/task.ts';
import { archivedEvents } from '#test/support/archive.ts';
import { type Embedded, openEmbedded } from '#test/support/embedded.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { entryOf } from '#test/support/task-events.ts';
import { taskStoreContract } from './task-store.ts';

const ways = {
  'embedded, events by the projector': async ({ tasks }: Embedded, event: AgentEvent) => {
    await tasks.apply(event);
  },
  'embedded, events folded within their put': async ({ bus }: Embedded, event: AgentEvent) => {
    await bus.put([entryOf(event)]);
  },
};

for (const [name, deliver] of Object.entries(ways)) {
  taskStoreContract(name, async () => {
    const clock = new TestClock();
    const embedded = await openEmbedded(clock);
    return {
      tasks: embedded.tasks,
      deliver: (event) => deliver(embedded, event),
      quarantined: () => embedded.quarantine.count(),
      published: () => archivedEvents(embedded.bus),
      pass: async (seconds) => clock.advance(seconds),
      close: embedded.remove,
    };
  });
}
