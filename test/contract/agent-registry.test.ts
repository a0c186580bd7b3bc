import { archivedEvents } from '../support/archive.ts';
import { openEmbedded } from '../support/embedded.ts';
import { TestClock } from '../support/fixtures.ts';
import { agentRegistryContract } from './agent-registry.ts';

agentRegistryContract('embedded', async () => {
  const { registry, bus, remove } = await openEmbedded(new TestClock());
  return { registry, published: () => archivedEvents(bus), close: remove };
});
