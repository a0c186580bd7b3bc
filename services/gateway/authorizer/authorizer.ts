import type { APIGatewayAuthorizerResult, APIGatewayRequestAuthorizerEvent, PolicyDocument } from 'aws-lambda';
import { isAgentId } from '#shared/ids.ts';
import type { PermissionStore, Principal } from '#shared/ports/permission-store.ts';
import { ADMIN_SCOPE, PUT_EVENTS_SCOPE } from '#shared/security/scopes.ts';
import { TokenError } from '#shared/security/token-error.ts';
import type { TokenVerifier, VerifiedToken } from '#shared/security/verify-token.ts';
import type { Logger } from '#shared/telemetry/logger.ts';
import type { Counters } from '#shared/telemetry/metrics.ts';
import { policyOf, type Stage, stageOf } from './policy.ts';

export interface AuthorizerParts {
  readonly verify: TokenVerifier;
  readonly permissions: PermissionStore;
  readonly metrics?: Counters;
  readonly log?: Pick<Logger, 'info' | 'error'>;
}

/** API Gateway answers 401 to an error with exactly this message. */
class UnauthorizedError extends Error {
  constructor(options?: ErrorOptions) {
    super('Unauthorized', options);
  }
}

/** API Gateway accepts an answer of some 8 KB. With a larger answer, every call of the principal gets a 500. */
const MAX_ANSWER_BYTES = 8_000;

export type Authorizer = (event: APIGatewayRequestAuthorizerEvent) => Promise<APIGatewayAuthorizerResult>;

/**
 * Makes the Lambda authorizer (REST API, type REQUEST). It verifies the bearer token. It answers with a policy that
 * lists everything that the principal may call. The context has `clientId`, `scopes` (separated by spaces) and
 * `expiresAt` (milliseconds since 1970).
 *
 * Without a valid token it throws `Unauthorized`, which API Gateway turns into a 401. If the token cannot be checked,
 * it throws the original error, which becomes a 500. Lambda counts both as errors of the function, so the mesh counts the
 * second by itself.
 */
export function createAuthorizer({ verify, permissions, metrics, log }: AuthorizerParts): Authorizer {
  return async (event) => {
    try {
      return await answerTo(event);
    } catch (error) {
      if (!(error instanceof UnauthorizedError)) metrics?.count('starling_authorizer_failures_total', {});
      throw error;
    }
  };

  async function answerTo(event: APIGatewayRequestAuthorizerEvent): Promise<APIGatewayAuthorizerResult> {
    const stage = stageOf(event.methodArn);
    if (!stage) throw new Error('The method ARN of the authorizer event is none of API Gateway.');
    const { clientId, scopes, expiresAt } = await verified(event);
    const answer = { principalId: clientId, context: { clientId, scopes: scopes.join(' '), expiresAt } };
    const room = MAX_ANSWER_BYTES - Buffer.byteLength(JSON.stringify({ ...answer, policyDocument: 0 }));
    return { ...answer, policyDocument: await documentFor({ clientId, scopes }, stage, room) };
  }

  async function verified(event: APIGatewayRequestAuthorizerEvent): Promise<VerifiedToken> {
    const token = bearerToken(event);
    if (token === undefined) throw new UnauthorizedError();
    try {
      return await verify(token);
    } catch (error) {
      if (!(error instanceof TokenError)) throw error;
      log?.info('A token was refused', { reason: error.reason });
      throw new UnauthorizedError({ cause: error });
    }
  }

  async function documentFor(principal: Principal, stage: Stage, room: number): Promise<PolicyDocument> {
    const granted = await permissions.agentsOf(principal);
    // Attack: an id in a wrong form could be a pattern, or end the path and begin another. Such an id never enters an
    // ARN.
    const agents = granted === '*' ? granted : granted.filter(isAgentId);
    const { scopes } = principal;
    const permitted = { agents, admin: scopes.includes(ADMIN_SCOPE), events: scopes.includes(PUT_EVENTS_SCOPE) };
    const policy = policyOf(permitted, stage, room);
    if (policy.left > 0) {
      log?.error(
        'A principal may call more agents than fit into a policy, and is denied the rest. Give it the scope starling/agents:invoke, or share its agents out over several clients.',
        { clientId: principal.clientId, denied: policy.left },
      );
    }
    return policy.document;
  }
}

/**
 * The token of the Authorization header (RFC 6750 §2.1). Two Authorization headers are rejected: proxies disagree on
 * which one counts.
 */
function bearerToken(event: APIGatewayRequestAuthorizerEvent): string | undefined {
  const all = Object.entries(event.multiValueHeaders ?? {}).flatMap(([name, values]) =>
    isIt(name) ? (values ?? []) : [],
  );
  const single = Object.entries(event.headers ?? {}).flatMap(([name, value]) => (isIt(name) && value ? [value] : []));
  const values = all.length > 0 ? all : single;
  const [, token] = /^Bearer +([A-Za-z0-9._~+/-]+=*)$/i.exec(values[0] ?? '') ?? [];
  return values.length === 1 ? token : undefined;
}

function isIt(header: string): boolean {
  return header.toLowerCase() === 'authorization';
}
