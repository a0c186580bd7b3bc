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

/** The card as its agent declares it; where it can be reached is the gateway's to say. */
export type AgentManifest = Omit<AgentCard, 'supportedInterfaces' | 'securitySchemes' | 'securityRequirements'>;

export interface AgentRecord {
  readonly id: AgentId;
  readonly card: AgentManifest;
  readonly skillSchemas: readonly SkillSchemas[];
  /** Whether its card may be read without a token. */
  readonly public: boolean;
  /** Seconds that a task of this agent may take. */
  readonly deadline: number;
}

/** Bytes that a record may have as JSON. */
export const MAX_AGENT_BYTES = 120_000;

/** A record as the registry keeps it. */
export interface RegisteredAgent extends AgentRecord {
  /** Milliseconds since 1970. */
  readonly updatedAt: number;
}

/**
 * The agents of the mesh.
 *
 * Contract: `put` and `deactivate` publish their event with the change or not at all, and do neither when nothing
 * changes. `get` and `list` give active agents only. Readers may see a change up to a second late. A record of more than
 * MAX_AGENT_BYTES is an AgentTooLargeError.
 *
 * Where the change and its event cannot be one write, one that a crash cut in two is finished by the next `put` or
 * `deactivate` of that agent; its event may then come twice.
 */
export interface AgentRegistry {
  get(id: AgentId): Promise<RegisteredAgent | undefined> | RegisteredAgent | undefined;
  list(): Promise<readonly RegisteredAgent[]>;
  put(
    record: AgentRecord,
    event: (change: 'registered' | 'updated') => BusEntry,
  ): Promise<'registered' | 'updated' | 'unchanged'>;
  deactivate(id: AgentId, event: BusEntry): Promise<boolean>;
}
