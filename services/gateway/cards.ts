import { hash } from 'node:crypto';
import { skillExtension } from '#shared/a2a/skill-extension.ts';
import type { AgentCard, AgentInterface } from '#shared/a2a/types.ts';
import { oauthError } from '#shared/http/oauth-error.ts';
import { refusal } from '#shared/http/refusal.ts';
import { type AgentId, isAgentId } from '#shared/ids.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import type { MeshSettings } from '#shared/runtime/settings.ts';
import { INVOKE_SCOPE, invokeScopeOf } from '#shared/security/scopes.ts';
import { TokenError } from '#shared/security/token-error.ts';
import { allowanceOf, type GatewayContext } from './environment.ts';

/**
 * GET /agents/{agentId}/.well-known/agent-card.json. The route has no authorizer, because the cards of public agents
 * are open to everybody. For other agents the token is checked here. The answer is the same for an agent that the
 * caller may not see and for an agent that does not exist.
 */
export function cardEndpoint(runtime: Runtime) {
  return async (context: GatewayContext): Promise<Response> => {
    const id = context.req.param('agentId') ?? '';
    const agent = isAgentId(id) ? await runtime.registry.get(id) : undefined;
    if (agent?.public !== true) {
      const allowed = await mayCall(runtime, context, id);
      if (allowed === undefined) return oauthError(401, 'invalid_token', 'This card needs an access token.');
      if (!allowed || agent === undefined) return refusal(404, 'AGENT_NOT_FOUND', 'There is no such agent here.');
    }
    return cardResponse(context, agent, agentCard(agent, runtime.settings));
  };
}

/**
 * The card with the fields that only the gateway knows: the agent's address, how a caller authenticates, and how a message
 * calls a skill.
 */
export function agentCard(
  agent: RegisteredAgent,
  { url, tokenUrl }: Pick<MeshSettings, 'url' | 'tokenUrl'>,
): AgentCard {
  const scope = invokeScopeOf(agent.id);
  return {
    ...agent.card,
    capabilities: {
      ...agent.card.capabilities,
      extensions: [...(agent.card.capabilities.extensions ?? []), skillExtension(agent.skillSchemas)],
    },
    supportedInterfaces: interfacesAt(`${url}/agents/${agent.id}`),
    securitySchemes: {
      oauth2: {
        oauth2SecurityScheme: {
          flows: {
            clientCredentials: {
              tokenUrl,
              scopes: { [INVOKE_SCOPE]: 'Call every agent', [scope]: `Call ${agent.card.name}` },
            },
          },
        },
      },
    },
    securityRequirements: [{ schemes: { oauth2: { list: [scope] } } }],
  };
}

/** The preferred one stands first. */
function interfacesAt(url: string): readonly AgentInterface[] {
  return (['1.0', '0.3'] as const).flatMap((protocolVersion) =>
    (['JSONRPC', 'HTTP+JSON'] as const).map((protocolBinding) => ({ url, protocolBinding, protocolVersion })),
  );
}

/** Undefined without a valid token. */
async function mayCall(runtime: Runtime, context: GatewayContext, id: string): Promise<boolean | undefined> {
  const [, token] = /^Bearer +(\S+)$/i.exec(context.req.header('authorization') ?? '') ?? [];
  if (token === undefined) return undefined;
  try {
    const agents = await runtime.permissions.agentsOf(await runtime.tokens(token));
    return agents === '*' || agents.includes(id as AgentId);
  } catch (error) {
    if (error instanceof TokenError) return undefined;
    throw error;
  }
}

function cardResponse(context: GatewayContext, agent: RegisteredAgent, card: AgentCard): Response {
  const body = JSON.stringify(card);
  allowanceOf(context)?.hold(Buffer.byteLength(body));
  const etag = `"${hash('sha256', body).slice(0, 32)}"`;
  const headers = {
    'cache-control': `${agent.public ? 'public' : 'private'}, max-age=60`,
    etag,
    'last-modified': new Date(agent.updatedAt).toUTCString(),
  };
  if (context.req.header('if-none-match') === etag) return new Response(null, { status: 304, headers });
  return new Response(body, { headers: { ...headers, 'content-type': 'application/json' } });
}
