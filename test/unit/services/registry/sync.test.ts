import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SqlitePermissionStore } from '#adapters/sqlite/permission-store.ts';
import { handler } from '#services/registry/sync.ts';
import { EventPublisher } from '#shared/events/publisher.ts';
import type { AgentId } from '#shared/ids.ts';
import type { AgentRecord } from '#shared/ports/agent-registry.ts';
import { provideRuntime } from '#shared/runtime/current.ts';
import type { AgentRuntime } from '#shared/runtime/runtime.ts';
import { openSqlite, type SqliteAdapters } from '#test/support/sqlite.ts';

const clock = { now: () => 1_700_000_000_000 };
const record = (id: string): AgentRecord => ({
  id: id as AgentId,
  card: {
    name: id,
    description: 'Says it.',
    version: '1.0.0',
    capabilities: { streaming: true, pushNotifications: false, extendedAgentCard: false },
    defaultInputModes: ['text/plain'],
    defaultOutputModes: ['text/plain'],
    skills: [{ id: 'say', name: 'Say', description: 'Says it.', tags: [] }],
  },
  skillSchemas: [],
  public: false,
  deadline: 60,
});

let sqlite: SqliteAdapters;
let permissions: SqlitePermissionStore;

beforeEach(async () => {
  sqlite = await openSqlite(clock);
  permissions = new SqlitePermissionStore(sqlite.database);
  const log = { debug() {}, info() {}, warn() {}, error() {} };
  const publisher = new EventPublisher(sqlite.bus, clock);
  const { registry, tasks } = sqlite;
  // What the sync uses of the runtime.
  provideRuntime({ clock, log, publisher, registry, permissions, tasks } as unknown as AgentRuntime);
});

afterEach(() => sqlite.remove());

const every = { clientId: 'c', scopes: ['starling/agents:invoke'] };

describe('the registry after a deployment', () => {
  it('has the agents of the manifest, and each may be called by its own scope', async () => {
    await handler({ agents: [record('echo'), record('weather')], first: true });
    await handler({ agents: [record('echo')], first: false });
    expect((await sqlite.registry.list()).map(({ id }) => id)).toEqual(['echo']);
    expect(await permissions.agentsOf({ clientId: 'c', scopes: ['starling/echo:invoke'] })).toEqual(['echo']);
  });

  it('lets who may call every agent do so from the first deployment on', async () => {
    await handler({ agents: [], first: true });
    expect(await permissions.agentsOf(every)).toBe('*');
  });

  it('does not give back what an operator took', async () => {
    await handler({ agents: [record('echo')], first: true });
    for (const grant of await permissions.list()) await permissions.revoke(grant);
    await handler({ agents: [record('echo')], first: false });
    await handler({ agents: [record('echo')] });
    expect(await permissions.agentsOf(every)).toEqual([]);
  });
});
