import { agentRecord } from '#shared/agent/manifest.ts';
import type { AgentId } from '#shared/ids.ts';
import { endpoint } from '../support/endpoint.ts';
import { handler as talker } from './agents/talker.ts';
import { handler as timer } from './agents/timer.ts';
import { FunctionProcess } from './function-process.ts';
import { environment } from './mesh.ts';
import type { Stage } from './stage.ts';

/** Brings the agents of the count into the registry, as a deployment does. */
export async function registerAgents(stage: Stage): Promise<void> {
  const registry = await FunctionProcess.start({
    name: 'registry',
    hosting: 'mesh',
    file: 'services/registry/sync.ts',
    env: environment(stage, endpoint ?? ''),
  });
  try {
    const agents = [
      agentRecord('timer' as AgentId, timer.definition, 300),
      agentRecord('talker' as AgentId, talker.definition, 300),
    ];
    await registry.invoke({ agents, first: true });
  } finally {
    await registry.stop();
  }
}
