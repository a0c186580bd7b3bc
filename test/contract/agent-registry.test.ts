import { archivedEvents } from '#test/support/archive.ts';
import { openEmbedded } from '#test/support/embedded.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { agentRegistryContract } from './agent-registry.ts';

agentRegistryContract('embedded', async () => {
  const { registry, bus, remove } = await openEmbedded(new TestClock());
  return { registry, published: () => archivedEvents(bus), close: remove };
});
