import type { Artifact, Message, TaskStatus, TaskState as WireState } from '#shared/a2a/types.ts';
import type { TaskArtifactV1, TaskStatusChangedV1 } from '#shared/generated/types.ts';
import type { AgentId, ContextId, TaskId } from '#shared/ids.ts';

/** What the store keeps of a task beside its log: its place in the A2A state machine and the counters of its events. */
export interface TaskRecord {
  readonly id: TaskId;
  readonly contextId: ContextId;
  readonly agentId: AgentId;
  /** The client id of the principal that made it: nobody else sees it. */
  readonly owner: string;
  readonly state: WireState;
  /** Milliseconds since 1970, like every time here. */
  readonly statusAt: number;
  readonly createdAt: number;
  readonly deadline: number;
  /** From 1; each message to a waiting task begins the next. */
  readonly turn: number;
  /** The highest attempt of this turn that was heard of, 0 before the first; lower ones are fenced. */
  readonly attempt: number;
  /** Of the last event applied in this attempt, 0 before the first. */
  readonly sequence: number;
  /** Added to a delivery's receive count, it makes the attempt. */
  readonly attemptBase: number;
  /** Of the newest entry of the log, from 1 without gaps. */
  readonly position: number;
  /** Ids of the artifacts that the current attempt has begun. */
  readonly artifacts: readonly string[];
}

interface Place {
  /** From 1 without gaps; the id of the SSE event that carries it. */
  readonly position: number;
  readonly turn: number;
  /** 0 where the mesh itself made the entry before any attempt. */
  readonly attempt: number;
}

/** A client's message, which begins a turn. */
export interface MessageEntry extends Place {
  readonly kind: 'message';
  readonly message: Message;
  readonly status: TaskStatus;
}

export interface StatusEntry extends Place {
  readonly kind: 'status';
  readonly status: TaskStatus;
}

export interface ArtifactEntry extends Place {
  readonly kind: 'artifact';
  readonly artifact: Artifact;
  /** Whether the parts go behind those that the artifact has; else they replace it. */
  readonly append: boolean;
  readonly lastChunk: boolean;
}

/** What happened to a task, in the order that every reader sees. */
export type LogEntry = MessageEntry | StatusEntry | ArtifactEntry;

/** An agent's event about a task, taken out of its envelope. */
export type AgentEvent = { readonly source: string } & (
  | { readonly detailType: 'TaskStatusChanged.v1'; readonly data: TaskStatusChangedV1 }
  | { readonly detailType: 'TaskArtifact.v1'; readonly data: TaskArtifactV1 }
);

/**
 * What became of an event:
 * - `applied`: it is the next in order, and the log has a new entry;
 * - `parked`: one before it is still under way; it is kept until that has come;
 * - `dropped`: known already, of a fenced attempt, or of a task that has ended;
 * - `quarantined`: it breaks the contract. Where it was the next in order the task moves on past it.
 */
export type Outcome =
  | { readonly kind: 'applied'; readonly task: TaskRecord; readonly entry: LogEntry }
  | { readonly kind: 'parked' }
  | { readonly kind: 'dropped'; readonly why: 'duplicate' | 'fenced' | 'ended' }
  | { readonly kind: 'quarantined'; readonly reason: string; readonly task?: TaskRecord };
