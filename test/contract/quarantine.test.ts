import { openEmbedded } from '../support/embedded.ts';
import { TestClock } from '../support/fixtures.ts';
import { quarantineContract } from './quarantine.ts';

quarantineContract('embedded', async () => {
  const { quarantine, remove } = await openEmbedded(new TestClock());
  return { quarantine, close: remove };
});
