import { messageOf } from '#shared/errors.ts';
import { type AgentRecord, MAX_AGENT_BYTES, type RegisteredAgent } from '#shared/ports/agent-registry.ts';
import { AgentTooLargeError, EntryRefusedError } from '#shared/ports/errors.ts';
import type { BusEntry } from '#shared/ports/event-bus.ts';

/** An agent in the registry table. Record and entry are JSON text: a schema may nest deeper than DynamoDB's 32 levels. */
export interface AgentItem {
  readonly pk: string;
  readonly sk: 'agent';
  /** Another at each write, so that a conditional write sees every other, also over a deletion. */
  readonly revision: string;
  /** Absent while the agent's first registration is pending. */
  readonly record?: string;
  /** Milliseconds since 1970. */
  readonly updatedAt?: number;
  /** Puts the item into the index of the same name. */
  readonly listed?: 'agent';
  readonly pending?: PendingChange;
}

/** A change that was begun: it takes effect when its event is on the bus. */
export interface PendingChange {
  /** The record to come; absent, the agent goes. */
  readonly record?: string;
  /** The event that tells of the change, a BusEntry. */
  readonly entry: string;
  /** Milliseconds since 1970: from then on whoever began is taken for dead, and another may finish. */
  readonly until: number;
}

/** An item holds the record, the one to come, and the event, which repeats it: together under DynamoDB's 400 KB. */
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

/** What readers see of an item. */
export function agentOf({ record, updatedAt }: Partial<AgentItem>): RegisteredAgent | undefined {
  if (record === undefined || updatedAt === undefined) return undefined;
  return { ...(JSON.parse(record) as AgentRecord), updatedAt };
}
