import type { AgentId } from '#shared/ids.ts';

/** Who calls, as the verified token says. */
export interface Principal {
  readonly clientId: string;
  /** Full names: `starling/agents:invoke`. */
  readonly scopes: readonly string[];
}

/** What a permission is given to: everybody who has a scope, or one client. */
export type Subject = `scope:${string}` | `client:${string}`;

/** Every agent, also those that come later. */
export type EveryAgent = '*';

export interface Grant {
  readonly subject: Subject;
  readonly agent: AgentId | EveryAgent;
}

/**
 * Which agents a principal may call: those granted to one of its scopes or to its client id. What is not granted is
 * denied; a scope's name alone gives nothing. A change takes effect when the authorizer's cached answer runs out.
 */
export interface PermissionStore {
  /** The agents that the principal may call, in order and without doubles. */
  agentsOf(principal: Principal): Promise<readonly AgentId[] | EveryAgent>;

  /** Gives a permission; giving it again changes nothing. */
  grant(grant: Grant): Promise<void>;

  /** Takes a permission back; one that was not given changes nothing. */
  revoke(grant: Grant): Promise<void>;

  /** All permissions, by subject and agent. */
  list(): Promise<readonly Grant[]>;
}
