import { A2AError } from '#shared/a2a/errors.ts';
import { messageOf, StarlingError } from '#shared/errors.ts';
import { type Allowance, OverloadError } from '#shared/http/allowance.ts';
import { isAgentId } from '#shared/ids.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';
import { isStoreUnavailable } from '#shared/ports/errors.ts';
import type { Principal } from '#shared/ports/permission-store.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { allowanceOf, type GatewayContext, principalOf } from '../environment.ts';
import { extensionsOf } from './extensions.ts';
import { readIdempotencyKey } from './params.ts';

/** An authorized call of an agent. Every binding makes one from its request. */
export interface Call {
  readonly agent: RegisteredAgent;
  readonly principal: Principal;
  readonly traceparent: string | undefined;
  /** Aborts when the client disconnects, or when the host's time for the call is up. */
  readonly signal: AbortSignal;
  /** Aborts when the host's time for the call is up. It is undefined on a host without a time limit. */
  readonly timeUp: AbortSignal | undefined;
  /** The id of the last SSE event that a resuming client received. */
  readonly lastEventId: string | undefined;
  /** The header Idempotency-Key. */
  readonly idempotencyKey: string | undefined;
  readonly allowance: Allowance | undefined;
  /** The URIs of the extensions of A2A that the call uses. */
  readonly extensions: readonly string[];
}

/** @throws A2AError AGENT_NOT_FOUND */
export async function findAgent(
  { registry }: { readonly registry: Pick<Runtime['registry'], 'get'> },
  agentId: string,
): Promise<RegisteredAgent> {
  const agent = isAgentId(agentId) ? await registry.get(agentId) : undefined;
  if (agent === undefined) throw new A2AError('AGENT_NOT_FOUND', `There is no agent "${agentId.slice(0, 80)}" here.`);
  return agent;
}

/**
 * @param signal aborts when the client disconnects
 * @throws A2AError EXTENSION_SUPPORT_REQUIRED; INVALID_PARAMS for a wrong Idempotency-Key
 */
export function callOf(context: GatewayContext, agent: RegisteredAgent, signal: AbortSignal): Call {
  const principal = principalOf(context);
  const { timeUp } = context.env;
  // The route is behind the authorizer. Without a principal the host is wired wrongly, so every call is refused.
  if (principal === undefined) throw new Error('a call came without a principal from the authorizer');
  return {
    agent,
    principal,
    signal: timeUp ? AbortSignal.any([signal, timeUp]) : signal,
    timeUp,
    traceparent: context.req.header('traceparent'),
    lastEventId: context.req.header('last-event-id'),
    idempotencyKey: readIdempotencyKey(context.req.header('idempotency-key')),
    allowance: allowanceOf(context),
    extensions: extensionsOf(context, agent),
  };
}

/** Turns any thrown value into the error that the caller may see. The log gets the details. */
export function callerError({ log }: Pick<Runtime, 'log'>, thrown: unknown): A2AError {
  if (thrown instanceof A2AError) return thrown;
  if (thrown instanceof OverloadError) return new A2AError(thrown.code, thrown.message);
  if (!isStoreUnavailable(thrown)) log.error('a call failed', { error: thrown });
  if (thrown instanceof StarlingError && thrown.code.startsWith('STORE_')) {
    return new A2AError('STORE_UNAVAILABLE', 'The mesh cannot store anything now. Nothing was done. Try again later.');
  }
  return new A2AError('INTERNAL_ERROR', "Internal error. The gateway's log has the details.", {
    cause: messageOf(thrown),
  });
}
