import { archivedEvents } from '#test/support/archive.ts';
import { TestClock } from '#test/support/fixtures.ts';
import { openSqlite } from '#test/support/sqlite.ts';
import { agentRegistryContract } from './agent-registry.ts';

agentRegistryContract('SQLite', async () => {
  const { registry, bus, remove } = await openSqlite(new TestClock());
  return { registry, published: () => archivedEvents(bus), close: remove };
});
