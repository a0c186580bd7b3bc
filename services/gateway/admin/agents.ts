import type { AdminAgent, AdminAgents } from '#shared/admin/schemas.ts';
import type { AgentRegistry, RegisteredAgent } from '#shared/ports/agent-registry.ts';

export async function listAgents(registry: Pick<AgentRegistry, 'list'>): Promise<AdminAgents> {
  return { agents: (await registry.list()).map(adminAgent) };
}

function adminAgent({ id, card, public: isPublic, deadline, updatedAt }: RegisteredAgent): AdminAgent {
  return {
    id,
    name: card.name,
    version: card.version,
    description: card.description,
    public: isPublic,
    deadline,
    skills: card.skills.map((skill) => ({ id: skill.id, name: skill.name, description: skill.description })),
    updatedAt: new Date(updatedAt).toISOString(),
  };
}
