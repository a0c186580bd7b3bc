import type { Context } from 'hono';
import type { Allowance } from '#shared/http/allowance.ts';
import type { Principal } from '#shared/ports/permission-store.ts';

/**
 * The values that the host passes to the app with each request. On AWS they come from API Gateway, which has called the
 * authorizer. Standalone does the same with the same names.
 */
export interface GatewayEnvironment {
  Bindings: {
    readonly requestContext?: {
      readonly authorizer?: { readonly clientId?: unknown; readonly scopes?: unknown } | null;
    };
    /** Aborts shortly before the host ends the call, so that waits and streams can end by themselves. */
    readonly timeUp?: AbortSignal;
    /** What the host grants to the call. Undefined: the host bounds its answers by itself, as Lambda does. */
    readonly allowance?: Allowance;
  };
}

export type GatewayContext = Context<GatewayEnvironment>;

export function allowanceOf({ env }: GatewayContext): Allowance | undefined {
  return env?.allowance;
}

/** The caller that the authorizer let in. It is undefined on a route without an authorizer. */
export function principalOf(context: GatewayContext): Principal | undefined {
  const authorizer = context.env.requestContext?.authorizer;
  if (typeof authorizer?.clientId !== 'string' || typeof authorizer.scopes !== 'string') return undefined;
  return { clientId: authorizer.clientId, scopes: authorizer.scopes === '' ? [] : authorizer.scopes.split(' ') };
}
