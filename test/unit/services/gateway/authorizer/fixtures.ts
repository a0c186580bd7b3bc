import type { APIGatewayRequestAuthorizerEvent } from 'aws-lambda';
import { type AgentId, isAgentId } from '#shared/ids.ts';
import type { EveryAgent, PermissionStore } from '#shared/ports/permission-store.ts';

/** As long as they come: a long region and a stage called production. */
export const stageArn = 'arn:aws:execute-api:ap-southeast-2:123456789012:a1b2c3d4e5/production';

/** The event of a call; other headers take the place of the token. */
export function eventOf(
  headers: Record<string, string> | null = { Authorization: 'Bearer token' },
  methodArn = `${stageArn}/POST/agents/echo`,
): APIGatewayRequestAuthorizerEvent {
  const part = {
    headers,
    multiValueHeaders: null,
    methodArn,
    type: 'REQUEST',
    path: '/agents/echo',
    httpMethod: 'POST',
  };
  return part as unknown as APIGatewayRequestAuthorizerEvent;
}

/** Permissions that give everybody the same. Ids are taken as they are, to try bad ones. */
export function permissionsOf(
  agents: readonly string[] | EveryAgent,
): Pick<PermissionStore, 'agentsOf'> & PermissionStore {
  const nothing = async () => {};
  const answer = agents as readonly AgentId[] | EveryAgent;
  return { agentsOf: async () => answer, grant: nothing, revoke: nothing, list: async () => [] };
}

export function agentIds(count: number, length: number): AgentId[] {
  return Array.from({ length: count }, (_, i) => `a${String(i).padStart(length - 1, '0')}`).filter(isAgentId);
}
