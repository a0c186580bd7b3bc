import type { Context } from 'hono';
import type { Principal } from '#shared/ports/permission-store.ts';

/**
 * What the host hands the app beside the request: on AWS from API Gateway, which has called the authorizer; standalone
 * does the same with the same names.
 */
export interface GatewayEnvironment {
  Bindings: {
    readonly requestContext?: {
      readonly authorizer?: { readonly clientId?: unknown; readonly scopes?: unknown } | null;
    };
    /** Aborts shortly before the host ends the call: waits and streams are to end by themselves then. */
    readonly timeUp?: AbortSignal;
  };
}

export type GatewayContext = Context<GatewayEnvironment>;

/** The caller whom the authorizer let in, or undefined on a route that has none. */
export function principalOf(context: GatewayContext): Principal | undefined {
  const authorizer = context.env.requestContext?.authorizer;
  if (typeof authorizer?.clientId !== 'string' || typeof authorizer.scopes !== 'string') return undefined;
  return { clientId: authorizer.clientId, scopes: authorizer.scopes === '' ? [] : authorizer.scopes.split(' ') };
}
