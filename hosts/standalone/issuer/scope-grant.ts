import { fullScope } from '#shared/security/scopes.ts';

/** The scopes that a client asks for, or the first one that it may not have. */
export type ScopeDecision = { readonly granted: readonly string[] } | { readonly refused: string };

/**
 * Decides as Cognito does. A request without scopes gets all scopes of the client. A scope that the client may not have
 * refuses the request. Bare names (`agents:invoke`) are valid too.
 */
export function decideScopes(asked: string | undefined, allowed: readonly string[]): ScopeDecision {
  const names = (asked ?? '').split(' ').filter((name) => name !== '');
  if (names.length === 0) return { granted: allowed };
  const scopes = [...new Set(names.map(fullScope))];
  const refused = scopes.find((scope) => !allowed.includes(scope));
  return refused === undefined ? { granted: scopes } : { refused };
}
