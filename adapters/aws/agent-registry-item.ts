import { messageOf } from '#shared/errors.ts';
import { type AgentRecord, MAX_AGENT_BYTES, type RegisteredAgent } from '#shared/ports/agent-registry.ts';
import { AgentTooLargeError, EntryRefusedError } from '#shared/ports/errors.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';

/** An agent in the registry table. Record and entry are JSON text: a schema may nest deeper than DynamoDB's 32 levels. */
export interface AgentItem {
  readonly pk: string;
  readonly sk: 'agent';
  /**
   * Every write stores a new revision. So a conditional write notices every other write, also a deletion in between.
   */
  readonly revision: string;
  /** Absent while the agent's first registration is pending. */
  readonly record?: string;
  /** Milliseconds since 1970. */
  readonly updatedAt?: number;
  /** Puts the item into the index of the same name. */
  readonly listed?: 'agent';
  readonly pending?: PendingChange;
}

/** A change that has begun. It takes effect when its event is on the bus. */
export interface PendingChange {
  /** The new record. Absent when the change deletes the agent. */
  readonly record?: string;
  /** The event that announces the change: a BusEntry as JSON. */
  readonly entry: string;
  /** Milliseconds since 1970. From then on the writer counts as dead, and another process may finish the change. */
  readonly until: number;
}

/**
 * An item holds the record, the new record, and the event, which repeats it. Together they stay below DynamoDB's 400
 * KB.
 */
const MAX_ENTRY_BYTES = MAX_AGENT_BYTES + 20_000;

export function keyOf(id: string): { pk: string; sk: 'agent' } {
  return { pk: `agent#${id}`, sk: 'agent' };
}

/** @throws AgentTooLargeError */
export function recordText(record: AgentRecord): string {
  const text = JSON.stringify(record);
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_AGENT_BYTES) throw new AgentTooLargeError(record.id, bytes, MAX_AGENT_BYTES);
  return text;
}

/** @throws EntryRefusedError */
export function entryText(entry: BusEntry): string {
  let text: string;
  try {
    text = JSON.stringify(entry);
  } catch (error) {
    throw new EntryRefusedError(`its detail cannot be written as JSON (${messageOf(error)})`, { cause: error });
  }
  const bytes = Buffer.byteLength(text);
  if (bytes > MAX_ENTRY_BYTES) {
    throw new EntryRefusedError(`it has ${bytes} bytes, and the registry keeps events of up to ${MAX_ENTRY_BYTES}`);
  }
  return text;
}

/** The agent that readers see. Undefined while the item has only a pending registration. */
export function agentOf({ record, updatedAt }: Partial<AgentItem>): RegisteredAgent | undefined {
  if (record === undefined || updatedAt === undefined) return undefined;
  return { ...(JSON.parse(record) as AgentRecord), updatedAt };
}
