import { StarlingError } from '#shared/errors.ts';
import { isAgentId } from '#shared/ids.ts';
import type { Grant, Principal, Subject } from '#shared/ports/permission-store.ts';

const namePattern = /^[\x21-\x7e]{1,256}$/;

/** The grant does not name an agent or `*`, or it does not name a scope or a client. */
export class InvalidGrantError extends StarlingError {
  constructor(grant: Grant) {
    const shown = JSON.stringify(grant).slice(0, 200);
    super('INVALID_GRANT', `${shown} is no permission: it takes scope:{scope} or client:{id}, and an agent's id or *.`);
  }
}

/** @throws InvalidGrantError */
export function checkGrant(grant: Grant): Grant {
  const [, name] = /^(?:scope|client):(.*)$/s.exec(grant.subject) ?? [];
  if (name === undefined || !namePattern.test(name)) throw new InvalidGrantError(grant);
  if (grant.agent !== '*' && !isAgentId(grant.agent)) throw new InvalidGrantError(grant);
  return grant;
}

/**
 * The subjects to which the permissions of a principal may be given, each once. A name that no permission can have is
 * left out.
 */
export function subjectsOf({ clientId, scopes }: Principal): readonly Subject[] {
  const subjects = new Set<Subject>();
  if (namePattern.test(clientId)) subjects.add(`client:${clientId}`);
  for (const scope of scopes) if (namePattern.test(scope)) subjects.add(`scope:${scope}`);
  return [...subjects];
}
