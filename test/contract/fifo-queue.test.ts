import { openEmbedded } from '#test/support/embedded.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { fifoQueueContract } from './fifo-queue.ts';

fifoQueueContract('embedded', async () => {
  const clock = new TestClock();
  const { queue, remove } = await openEmbedded(clock);
  return { queue, pass: async (seconds) => clock.advance(seconds), close: remove };
});
