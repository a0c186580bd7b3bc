import { openEmbedded } from '#test/support/embedded.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { quarantineContract } from './quarantine.ts';

quarantineContract('embedded', async () => {
  const { quarantine, remove } = await openEmbedded(new TestClock());
  return { quarantine, close: remove };
});
