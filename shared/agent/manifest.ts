import type { AgentId } from '#shared/ids.ts';
import type { AgentRecord } from '#shared/ports/agent-registry.ts';
import { type AgentDefinition, manifestCard, skillSchemas } from './definition.ts';

/** The agent's record in the registry: its definition without code. `deadline` is in seconds. */
export function agentRecord(id: AgentId, definition: AgentDefinition, deadline: number): AgentRecord {
  return {
    id,
    card: manifestCard(definition),
    skillSchemas: skillSchemas(definition),
    public: definition.public ?? false,
    deadline,
    ...(definition.replies === true && { replies: true }),
    ...(definition.deduplicate === false && { deduplicate: false }),
  };
}
