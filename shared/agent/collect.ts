import { ConfigurationError, messageOf } from '#shared/errors.ts';
import type { AgentId } from '#shared/ids.ts';
import type { AgentRecord } from '#shared/ports/agent-registry.ts';
import type { AgentDefinition } from './definition.ts';
import { agentRecord } from './manifest.ts';

/** A function of serverless.yml with an agent's subscription, and the export of its module. */
export interface AgentFunction {
  readonly name: string;
  readonly agentId: AgentId;
  /** Seconds that a task of the agent may take. */
  readonly deadline: number;
  readonly file: string;
  /** File and line of serverless.yml that name the handler. */
  readonly at: string;
  readonly handler: unknown;
}

/**
 * The agent's record in the registry.
 *
 * @throws ConfigurationError that names the function, when its export is not an agent.
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
 * Compiles the schemas of the agent's skills. The compiler is loaded here, because loading is slow.
 *
 * @throws ConfigurationError that names the function, when a schema does not compile.
 */
export async function checkRecord({ name, file, at }: AgentFunction, record: AgentRecord): Promise<void> {
  const { checkSkillSchemas } = await import('./check-skill-schemas.ts');
  try {
    checkSkillSchemas(record.skillSchemas);
  } catch (cause) {
    throw new ConfigurationError(`${at}: the function ${name} (${file}): ${messageOf(cause)}`, { cause });
  }
}
