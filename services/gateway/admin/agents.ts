import type { AdminAgent, AdminAgents } from '#shared/admin/schemas.ts';
import { HttpError } from '#shared/http/refusal.ts';
import { isAgentId } from '#shared/ids.ts';
import type { AgentRegistry, RegisteredAgent } from '#shared/ports/agent-registry.ts';

export async function listAgents(registry: Pick<AgentRegistry, 'list'>): Promise<AdminAgents> {
  return { agents: (await registry.list()).map(listedAgent) };
}

/** @throws HttpError AGENT_NOT_FOUND */
export async function getAgent(registry: Pick<AgentRegistry, 'get'>, id: string): Promise<AdminAgent> {
  const agent = isAgentId(id) ? await registry.get(id) : undefined;
  if (agent === undefined) throw new HttpError(404, 'AGENT_NOT_FOUND', `There is no agent "${id.slice(0, 80)}" here.`);
  const schemas = new Map(agent.skillSchemas.map(({ id, input, output }) => [id, { input, output }]));
  const listed = listedAgent(agent);
  const skills = listed.skills.map((skill) => {
    const { input, output } = schemas.get(skill.id) ?? {};
    return { ...skill, ...(input && { input: { ...input } }), ...(output && { output: { ...output } }) };
  });
  return { ...listed, skills };
}

function listedAgent({
  id,
  card,
  public: isPublic,
  deadline,
  updatedAt,
}: RegisteredAgent): AdminAgents['agents'][number] {
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
