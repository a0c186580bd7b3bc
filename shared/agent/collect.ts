import { ConfigurationError, messageOf } from '#shared/errors.ts';
import type { AgentId } from '#shared/ids.ts';
import type { AgentRecord } from '#shared/ports/agent-registry.ts';
import type { AgentDefinition } from './definition.ts';
import { agentRecord } from './manifest.ts';

/** A function of serverless.yml that answers for an agent, with its module's export. */
export interface AgentFunction {
  readonly name: string;
  readonly agentId: AgentId;
  /** Seconds that a task of the agent may take. */
  readonly deadline: number;
  readonly file: string;
  /** Where serverless.yml names it. */
  readonly at: string;
  readonly handler: unknown;
}

/**
 * What the registry is told of the agent.
 *
 * @throws ConfigurationError that names the function, for one that is no agent.
 */
export function recordOf({ name, agentId, deadline, file, at, handler }: AgentFunction): AgentRecord {
  if (typeof handler !== 'function' || !('definition' in handler)) {
    throw new ConfigurationError(
      `${at}: the function ${name} has a subscription of an agent, but ${file} exports no agent: make its handler with defineAgent.`,
    );
  }
  return agentRecord(agentId, handler.definition as AgentDefinition, deadline);
}

/**
 * Compiles the schemas of the agent's skills. What it takes to do so is loaded only now, as that is slow.
 *
 * @throws ConfigurationError that names the function, for a schema that does not compile.
 */
export async function checkRecord({ name, file, at }: AgentFunction, record: AgentRecord): Promise<void> {
  const { checkSkillSchemas } = await import('./check-skill-schemas.ts');
  try {
    checkSkillSchemas(record.skillSchemas);
  } catch (cause) {
    throw new ConfigurationError(`${at}: the function ${name} (${file}): ${messageOf(cause)}`, { cause });
  }
}
