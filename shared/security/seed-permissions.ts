import type { AgentId } from '#shared/ids.ts';
import type { PermissionStore } from '#shared/ports/permission-store.ts';
import { ADMIN_SCOPE, INVOKE_SCOPE, invokeScopeOf } from './scopes.ts';

/** Scopes with a meaning of their own. An agent with such a name gets no scope of its own. */
const taken: readonly string[] = [INVOKE_SCOPE, ADMIN_SCOPE];

/**
 * The permission of a new mesh: `starling/agents:invoke` may call every agent. Only the first start adds it. A later
 * start would bring back a permission that an operator removed.
 */
export async function seedPermissions(permissions: PermissionStore): Promise<void> {
  await permissions.grant({ subject: `scope:${INVOKE_SCOPE}`, agent: '*' });
}

/** Lets `starling/{id}:invoke` call the agent. Only for an agent that is new to the mesh, for the same reason. */
export async function permitOwnScope(permissions: PermissionStore, agent: AgentId): Promise<void> {
  const scope = invokeScopeOf(agent);
  if (!taken.includes(scope)) await permissions.grant({ subject: `scope:${scope}`, agent });
}
