import type { AgentDefinition } from '../../shared/agent/definition.ts';
import { agentRecord } from '../../shared/agent/manifest.ts';
import { ConfigurationError, messageOf } from '../../shared/errors.ts';
import type { AgentRecord } from '../../shared/ports/agent-registry.ts';
import type { Runtime } from '../../shared/runtime/runtime.ts';
import { loadHandler } from './functions/function.ts';
import type { WiredFunction, Wiring } from './wiring/types.ts';

/**
 * Collects the agents of serverless.yml from their modules.
 *
 * @throws ConfigurationError that names the function, for one that is no agent or has a schema that does not compile.
 */
export async function collectAgents(wiring: Wiring, registry: Runtime['registry']): Promise<AgentRecord[]> {
  const collected = wiring.functions.map(async (wired) => {
    const subscription = wired.subscriptions.find(({ kind }) => kind === 'agent');
    if (subscription?.kind !== 'agent') return undefined;
    const record = agentRecord(subscription.agentId, await definitionOf(wired), subscription.deadline);
    await checkChanged(wired, record, registry);
    return record;
  });
  return (await Promise.all(collected)).filter((record) => record !== undefined);
}

async function definitionOf(wired: WiredFunction): Promise<AgentDefinition> {
  const handler = await loadHandler(wired);
  if (!('definition' in handler)) {
    throw new ConfigurationError(
      `${wired.handler.at}: the function ${wired.name} has a subscription of an agent, but ${wired.handler.file} exports no agent: make its handler with defineAgent.`,
    );
  }
  return handler.definition as AgentDefinition;
}

/** The check is slow to load, so that a start with the agents of the last one goes without. */
async function checkChanged(
  { name, handler }: WiredFunction,
  record: AgentRecord,
  registry: Runtime['registry'],
): Promise<void> {
  const known = await registry.get(record.id);
  if (known !== undefined && JSON.stringify(known.skillSchemas) === JSON.stringify(record.skillSchemas)) return;
  const { checkSkillSchemas } = await import('../../shared/agent/check-skill-schemas.ts');
  try {
    checkSkillSchemas(record.skillSchemas);
  } catch (cause) {
    throw new ConfigurationError(`${handler.at}: the function ${name} (${handler.file}): ${messageOf(cause)}`, {
      cause,
    });
  }
}
