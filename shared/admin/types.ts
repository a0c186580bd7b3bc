/**
 * The admin API's answers as JSON (`/admin/...`, scope starling/gateway:admin): what the CLI and the console read. Times
 * are RFC 3339 in UTC.
 */
import type { Task, TaskState } from '#shared/a2a/types.ts';

export interface AdminAgent {
  readonly id: string;
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Whether its card may be read without a token. */
  readonly public: boolean;
  /** Seconds that a task of this agent may take. */
  readonly deadline: number;
  readonly skills: readonly { readonly id: string; readonly name: string; readonly description: string }[];
  readonly updatedAt: string;
}

/** What the store keeps of a task beside its log. */
export interface AdminTaskRecord {
  readonly id: string;
  readonly contextId: string;
  readonly agentId: string;
  /** The client id of whoever made it. */
  readonly owner: string;
  readonly state: TaskState;
  readonly turn: number;
  /** 0 before the agent was first heard of in this turn. */
  readonly attempt: number;
  readonly createdAt: string;
  readonly statusAt: string;
  readonly deadline: string;
}

/** One entry of a task's log, without its contents. */
export interface AdminLogEntry {
  readonly position: number;
  readonly kind: 'message' | 'status' | 'artifact';
  readonly turn: number;
  readonly attempt: number;
  /** Of a message or status. */
  readonly state?: TaskState;
  /** Of an artifact. */
  readonly artifactId?: string;
  /** Of a message or status; an artifact's chunks bear no time. */
  readonly at?: string;
}

/** GET /admin/agents */
export interface AdminAgents {
  readonly agents: readonly AdminAgent[];
}

/** GET /admin/tasks */
export interface AdminTasks {
  readonly tasks: readonly AdminTaskRecord[];
  /** The `cursor` of the next page; absent on the last. */
  readonly next?: string;
}

/** GET /admin/tasks/{id} */
export interface AdminTask {
  readonly task: Task;
  readonly record: AdminTaskRecord;
  readonly log: readonly AdminLogEntry[];
}

/** An event that broke its contract. */
export interface AdminQuarantinedEvent {
  readonly id: string;
  /** When it was put aside. */
  readonly at: string;
  readonly reason: string;
  /** As it came, which may be no JSON. Absent where only the reason is left. */
  readonly event?: string;
}

/** GET /admin/quarantine */
export interface AdminQuarantine {
  /** The newest first. Where they are large, a page has fewer than were asked for. */
  readonly events: readonly AdminQuarantinedEvent[];
  /** The `cursor` of the next page; absent on the last. */
  readonly next?: string;
}

/** Any error of the admin API. */
export interface AdminErrorBody {
  readonly error: { readonly code: string; readonly message: string };
}

/** The header of GET /admin/events that tells after which position the stream begins, for a client that gets no event. */
export const POSITION_HEADER = 'Starling-Position';
