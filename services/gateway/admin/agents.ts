import type { AdminAgent } from '#shared/admin/types.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';

export function adminAgent({ id, card, public: isPublic, deadline, updatedAt }: RegisteredAgent): AdminAgent {
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
