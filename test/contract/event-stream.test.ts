import { openEmbedded } from '#test/support/embedded.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { eventStreamContract } from './event-stream.ts';

eventStreamContract('embedded', async () => {
  const { stream, remove } = await openEmbedded(new TestClock());
  const name = 'starling-local-artifacts';
  await stream.create(name, 4);
  return { stream, name, close: remove };
});
