import { childTraceparent } from '#shared/events/envelope.ts';
import type { AgentRegisteredV1 } from '#shared/generated/types.ts';
import { uuidv7 } from '#shared/ids.ts';
import type { AgentRecord } from '#shared/ports/agent-registry.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';
import { currentRuntime } from '#shared/runtime/current.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { permitOwnScope, seedPermissions } from '#shared/security/seed-permissions.ts';

/** All agents of the project, as packaging or a standalone start collected them. */
export interface Manifest {
  readonly agents: readonly AgentRecord[];
  /** Whether the mesh is new and has no permissions yet. */
  readonly first?: boolean;
}

/**
 * Makes the registry equal to the manifest: registers and updates agents, and deactivates agents that are not in it.
 */
export async function handler({ agents, first }: Manifest): Promise<void> {
  const runtime = currentRuntime();
  if (first) await seedPermissions(runtime.permissions);
  for (const record of agents) {
    // The permission comes first. A crash then leaves an unused permission, not an agent that no client may call.
    if ((await runtime.registry.get(record.id)) === undefined) await permitOwnScope(runtime.permissions, record.id);
    const change = await runtime.registry.put(record, (made) => changed(runtime, record, made));
    if (change !== 'unchanged') runtime.log.info(`the agent was ${change}`, { agentId: record.id });
  }
  const kept = new Set(agents.map(({ id }) => id));
  for (const { id } of await runtime.registry.list()) {
    if (kept.has(id)) continue;
    const event = runtime.publisher.prepare(
      'AgentDeregistered.v1',
      { agentId: id, reason: 'no longer in serverless.yml' },
      origin(runtime, id),
    );
    if (await runtime.registry.deactivate(id, event)) runtime.log.info('the agent was deregistered', { agentId: id });
  }
}

function changed(runtime: Runtime, record: AgentRecord, change: 'registered' | 'updated'): BusEntry {
  const { card, skillSchemas } = record;
  // The event's type has mutable arrays. The values are the same.
  const data = { agentId: record.id, card, skillSchemas, public: record.public } as unknown as AgentRegisteredV1;
  const type = change === 'registered' ? 'AgentRegistered.v1' : 'AgentUpdated.v1';
  return runtime.publisher.prepare(type, data, origin(runtime, record.id));
}

function origin(runtime: Runtime, agentId: string) {
  return {
    source: 'starling.registry',
    subject: agentId,
    correlationId: uuidv7(runtime.clock.now()),
    traceparent: childTraceparent(undefined),
  };
}
