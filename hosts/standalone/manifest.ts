import { loadHandler } from '#hosts/functions/function.ts';
import { type AgentFunction, checkRecord, recordOf } from '#shared/agent/collect.ts';
import type { AgentRecord } from '#shared/ports/agent-registry.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import type { WiredFunction, Wiring } from '#wiring/types.ts';

/**
 * Collects the agents of serverless.yml from their modules.
 *
 * @throws ConfigurationError that names the function, when it is not an agent or one of its schemas does not compile.
 */
export async function collectAgents(wiring: Wiring, registry: Runtime['registry']): Promise<AgentRecord[]> {
  const collected = wiring.functions.map(async (wired) => {
    const agent = await agentOf(wired);
    if (agent === undefined) return undefined;
    const record = recordOf(agent);
    // The check loads slowly. A start with unchanged agents skips it.
    if (await isChanged(record, registry)) await checkRecord(agent, record);
    return record;
  });
  return (await Promise.all(collected)).filter((record) => record !== undefined);
}

async function agentOf(wired: WiredFunction): Promise<AgentFunction | undefined> {
  const subscription = wired.subscriptions.find(({ kind }) => kind === 'agent');
  if (subscription?.kind !== 'agent') return undefined;
  const { agentId, deadline } = subscription;
  const { file, at } = wired.handler;
  return { name: wired.name, agentId, deadline, file, at, handler: await loadHandler(wired) };
}

async function isChanged(record: AgentRecord, registry: Runtime['registry']): Promise<boolean> {
  const known = await registry.get(record.id);
  return known === undefined || JSON.stringify(known.skillSchemas) !== JSON.stringify(record.skillSchemas);
}
