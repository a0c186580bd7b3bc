import { openEmbedded } from '#test/support/embedded.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { eventBusContract } from './event-bus.ts';
import { fifoBusContract } from './event-bus-fifo.ts';

eventBusContract('embedded', async () => {
  const { bus, queue, remove } = await openEmbedded(new TestClock());
  return { bus, archive: bus, queue, close: remove };
});

fifoBusContract('embedded', async () => {
  const { bus, queue, remove } = await openEmbedded(new TestClock());
  return { bus, queue, close: remove };
});
