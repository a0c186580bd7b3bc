import type { AgentCard } from '#shared/a2a/types.ts';
import type { AgentId } from '#shared/ids.ts';
import type { BusEntry } from './event-bus.ts';

/** A JSON Schema 2020-12 of a skill's input or output. */
export type JsonSchema = Readonly<Record<string, unknown>>;

export interface SkillSchemas {
  readonly id: string;
  readonly input?: JsonSchema;
  readonly output?: JsonSchema;
}

/** The card as the agent declares it. The gateway adds the URLs and the security schemes. */
export type AgentManifest = Omit<AgentCard, 'supportedInterfaces' | 'securitySchemes' | 'securityRequirements'>;

export interface AgentRecord {
  readonly id: AgentId;
  readonly card: AgentManifest;
  readonly skillSchemas: readonly SkillSchemas[];
  /** True: anybody may read the card, without a token. */
  readonly public: boolean;
  /** Seconds within which a task of this agent must end. */
  readonly deadline: number;
  /** True: the agent may answer with a message in place of a task. */
  readonly replies?: true;
  /** False: a message makes a task each time that it comes. Absent: a message that comes again makes no second task. */
  readonly deduplicate?: false;
}

/** The largest record, in bytes of JSON. */
export const MAX_AGENT_BYTES = 120_000;

/** A record as the registry keeps it. */
export interface RegisteredAgent extends AgentRecord {
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
}

/**
 * The agents of the mesh.
 *
 * Contract:
 * - `put` and `deactivate` store the change and publish its event together. If nothing changes, they publish nothing.
 * - `get` and `list` return active agents only. A reader may see a change up to one second late.
 * - An adapter that cannot store and publish in one write finishes an interrupted change in the next `put` or
 *   `deactivate` of that agent. The bus may then get the event twice.
 *
 * Errors: `AgentTooLargeError` for a record of more than `MAX_AGENT_BYTES`.
 */
export interface AgentRegistry {
  get(id: AgentId): Promise<RegisteredAgent | undefined> | RegisteredAgent | undefined;
  list(): Promise<readonly RegisteredAgent[]>;
  put(
    record: AgentRecord,
    event: (change: 'registered' | 'updated') => BusEntry,
  ): Promise<'registered' | 'updated' | 'unchanged'>;
  /** Returns whether the agent was active. */
  deactivate(id: AgentId, event: BusEntry): Promise<boolean>;
}
