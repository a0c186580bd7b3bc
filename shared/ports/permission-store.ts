import type { AgentId } from '#shared/ids.ts';

/** The caller, from the verified token. */
export interface Principal {
  readonly clientId: string;
  /** Full scope names, for example `starling/agents:invoke`. */
  readonly scopes: readonly string[];
}

/** The holder of a permission: all clients with a scope, or one client. */
export type Subject = `scope:${string}` | `client:${string}`;

/** All agents, including agents that are registered later. */
export type EveryAgent = '*';

export interface Grant {
  readonly subject: Subject;
  readonly agent: AgentId | EveryAgent;
}

/**
 * Stores which agents a principal may call. A principal may call the agents that are granted to one of its scopes or to
 * its client id, and no others. A scope grants nothing by its name. A change takes effect when the authorizer's cached
 * answer expires.
 */
export interface PermissionStore {
  /** The agents that the principal may call, sorted and without duplicates. */
  agentsOf(principal: Principal): Promise<readonly AgentId[] | EveryAgent>;

  /** Grants a permission. Granting it again changes nothing. */
  grant(grant: Grant): Promise<void>;

  /** Revokes a permission. Does nothing when the permission is not granted. */
  revoke(grant: Grant): Promise<void>;

  /** All permissions, ordered by subject and agent. */
  list(): Promise<readonly Grant[]>;
}
