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
import { versionOf } from './a2a/version.ts';
import { allowanceOf, type GatewayContext } from './environment.ts';

/**
 * GET /agents/{agentId}/.well-known/agent-card.json. The route has no authorizer, because the cards of public agents
 * are open to everybody. For other agents the token is checked here. The answer is the same for an agent that the
 * caller may not see and for an agent that does not exist.
 */
export function cardEndpoint(runtime: Runtime) {
  // The gateway adds to the card, so a card changes also with the gateway.
  const startedAt = runtime.clock.now();
  return async (context: GatewayContext): Promise<Response> => {
    const id = context.req.param('agentId') ?? '';
    const agent = isAgentId(id) ? await runtime.registry.get(id) : undefined;
    if (agent?.public !== true) {
      const allowed = await mayCall(runtime, context, id);
      if (allowed === undefined) return oauthError(401, 'invalid_token', 'This card needs an access token.');
      if (!allowed || agent === undefined) return refusal(404, 'AGENT_NOT_FOUND', 'There is no such agent here.');
    }
    const isForAll = runtime.settings.card === 'compatible' || asksForLegacy(context);
    const card = agentCard(agent, runtime.settings);
    return cardResponse(context, {
      card: isForAll ? compatibleCard(card) : card,
      isPublic: agent.public,
      changedAt: Math.max(agent.updatedAt, startedAt),
    });
  };
}

/**
 * The card with the fields that only the gateway knows: the agent's addresses, how a caller authenticates, and how a message
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

/**
 * A card that the official clients of A2A 1.0 and 0.3 all read: that of 1.0 with the fields of 0.3 beside them. It has no
 * `securityRequirements`, because the Go client 2.3.1 fails on their right form (a2a-go#430).
 */
export function compatibleCard({ securityRequirements, ...card }: AgentCard): object {
  const [{ url } = { url: '' }] = card.supportedInterfaces;
  const schemes = Object.entries(card.securitySchemes ?? {}) as [string, { oauth2SecurityScheme?: object }][];
  return {
    ...card,
    url,
    preferredTransport: 'JSONRPC',
    protocolVersion: '0.3.0',
    additionalInterfaces: (['JSONRPC', 'HTTP+JSON'] as const).map((transport) => ({ url, transport })),
    securitySchemes: Object.fromEntries(
      schemes.map(([name, scheme]) => [name, { ...scheme, type: 'oauth2', ...scheme.oauth2SecurityScheme }]),
    ),
    security: (securityRequirements ?? []).map((requirement) => {
      const required = Object.entries(
        (requirement as { schemes: Record<string, { list: readonly string[] }> }).schemes,
      );
      return Object.fromEntries(required.map(([name, { list }]) => [name, list]));
    }),
  };
}

/** A version that the gateway does not know is no reason to refuse a card. */
function asksForLegacy(context: GatewayContext): boolean {
  try {
    return versionOf(context) === '0.3';
  } catch {
    return false;
  }
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

interface CardAnswer {
  readonly card: object;
  readonly isPublic: boolean;
  /** Milliseconds since 1970. */
  readonly changedAt: number;
}

function cardResponse(context: GatewayContext, { card, isPublic, changedAt }: CardAnswer): Response {
  const body = JSON.stringify(card);
  allowanceOf(context)?.hold(Buffer.byteLength(body));
  const tag = `"${hash('sha256', body).slice(0, 32)}"`;
  const headers = {
    'cache-control': `${isPublic ? 'public' : 'private'}, max-age=60`,
    // Weak, since a proxy that compresses the card does not change what it says.
    etag: `W/${tag}`,
    'last-modified': new Date(changedAt).toUTCString(),
    vary: isPublic ? 'A2A-Version' : 'A2A-Version, Authorization',
  };
  if (isKnown(context, tag, changedAt)) return new Response(null, { status: 304, headers });
  return new Response(body, { headers: { ...headers, 'content-type': 'application/json' } });
}

/** Whether the client has the card (RFC 9110 §13.2.2). A time counts only without a tag. */
function isKnown(context: GatewayContext, tag: string, changedAt: number): boolean {
  const tags = context.req.header('if-none-match');
  if (tags !== undefined) {
    return tags.trim() === '*' || tags.split(',').some((each) => each.trim().replace(/^W\//, '') === tag);
  }
  const since = Date.parse(context.req.header('if-modified-since') ?? '');
  // The header has whole seconds.
  return Math.floor(changedAt / 1000) * 1000 <= since;
}
