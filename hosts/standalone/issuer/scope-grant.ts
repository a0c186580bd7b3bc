import { fullScope } from '#shared/security/scopes.ts';

/** The scopes that a client asks for, or the first one that it may not have. */
export type ScopeDecision = { readonly granted: readonly string[] } | { readonly refused: string };

/**
 * Decides as Cognito does: none asked gives all that the client may have, and one that it may not have refuses the
 * request. Bare names (`agents:invoke`) are taken too.
 */
export function decideScopes(asked: string | undefined, allowed: readonly string[]): ScopeDecision {
  const names = (asked ?? '').split(' ').filter((name) => name !== '');
  if (names.length === 0) return { granted: allowed };
  const scopes = [...new Set(names.map(fullScope))];
  const refused = scopes.find((scope) => !allowed.includes(scope));
  return refused === undefined ? { granted: scopes } : { refused };
}
