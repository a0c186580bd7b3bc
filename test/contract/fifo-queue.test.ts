import { openEmbedded } from '../support/embedded.ts';
import { TestClock } from '../support/fixtures.ts';
import { fifoQueueContract } from './fifo-queue.ts';

fifoQueueContract('embedded', async () => {
  const clock = new TestClock();
  const { queue, remove } = await openEmbedded(clock);
  return { queue, pass: async (seconds) => clock.advance(seconds), close: remove };
});
