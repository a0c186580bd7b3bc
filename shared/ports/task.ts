import type { Artifact, Message, TaskStatus, TaskState as WireState } from '#shared/a2a/types.ts';
import type { TaskArtifactV1, TaskAttemptFailedV1, TaskStatusChangedV1 } from '#shared/generated/types.ts';
import type { AgentId, ContextId, TaskId } from '#shared/ids.ts';

/** A task without its log: its state in the A2A state machine and the counters of its events. */
export interface TaskRecord {
  readonly id: TaskId;
  readonly contextId: ContextId;
  readonly agentId: AgentId;
  /** The client id of the principal that made the task. No other principal sees the task. */
  readonly owner: string;
  readonly state: WireState;
  /** Milliseconds since 1970, as all times in this file. */
  readonly statusAt: number;
  readonly createdAt: number;
  readonly deadline: number;
  /** Starts at 1. Each message to a waiting task begins the next turn. */
  readonly turn: number;
  /** The highest attempt of this turn that has sent an event. 0: no attempt yet. Lower attempts are fenced. */
  readonly attempt: number;
  /** The sequence number of the last event that was applied in this attempt. 0: no event yet. */
  readonly sequence: number;
  /** The attempt is this number plus the delivery's receive count. */
  readonly attemptBase: number;
  /** The position of the newest log entry. Positions start at 1 and have no gaps. */
  readonly position: number;
  /** Bytes of the log's entries as JSON. */
  readonly bytes: number;
  /** The ids of the first artifacts that the current attempt has begun. The store keeps the others in a table. */
  readonly artifacts: readonly string[];
  /** The number of artifacts that the current attempt has begun. */
  readonly artifactCount: number;
}

/** The coordinates of an entry in its log. */
interface EntryCoordinates {
  /** Starts at 1, without gaps. It is also the id of the SSE event that carries the entry. */
  readonly position: number;
  readonly turn: number;
  /** 0: the mesh made the entry before the first attempt. */
  readonly attempt: number;
}

/** A client's message, which begins a turn. */
export interface MessageEntry extends EntryCoordinates {
  readonly kind: 'message';
  readonly message: Message;
  readonly status: TaskStatus;
}

export interface StatusEntry extends EntryCoordinates {
  readonly kind: 'status';
  readonly status: TaskStatus;
}

export interface ArtifactEntry extends EntryCoordinates {
  readonly kind: 'artifact';
  readonly artifact: Artifact;
  /** True: add the parts to the artifact. False: replace the artifact. */
  readonly append: boolean;
  readonly lastChunk: boolean;
}

/** One thing that happened to a task. All readers see the entries in the same order. */
export type LogEntry = MessageEntry | StatusEntry | ArtifactEntry;

/** An agent's event about a task, without its envelope. */
export type AgentEvent = { readonly source: string } & (
  | { readonly detailType: 'TaskStatusChanged.v1'; readonly data: TaskStatusChangedV1 }
  | { readonly detailType: 'TaskArtifact.v1'; readonly data: TaskArtifactV1 }
);

/** The event of an attempt that failed, without its envelope. It has no place in the order of the agent's events. */
export interface AttemptFailure {
  readonly source: string;
  readonly data: TaskAttemptFailedV1;
}

/**
 * An attempt that failed, and its cause for operators. It is kept beside the log and not in it, because clients see the
 * log and count its positions.
 */
export type FailedAttempt = Readonly<Pick<TaskAttemptFailedV1, 'turn' | 'attempt' | 'final' | 'failedAt' | 'cause'>>;

export interface Applied {
  readonly kind: 'applied';
  readonly task: TaskRecord;
  /** The event that ends a turn makes an entry for each of its artifacts that the log lacks, and then one for the status. */
  readonly entries: readonly LogEntry[];
  /** The ids of artifacts that the attempt has begun and that `task.artifacts` has no room for. The store keeps them. */
  readonly began?: readonly string[];
}

export interface Exceeded {
  readonly kind: 'exceeded';
  /** For the task's client. */
  readonly reason: string;
}

/**
 * What the fold did with an event:
 * - `applied`: the event was the next in order, and the log has new entries.
 * - `parked`: an earlier event is missing. The store keeps this event until the earlier event comes.
 * - `dropped`: the event is a duplicate, belongs to a fenced attempt, or its task has ended.
 * - `quarantined`: the event breaks the contract. If it was the next in order, the task continues after it.
 * - `exceeded`: the task passes a bound with the event. Nothing changed. The caller fails the task with the reason.
 */
export type Outcome =
  | Applied
  | { readonly kind: 'parked' }
  | { readonly kind: 'dropped'; readonly why: 'duplicate' | 'fenced' | 'ended' }
  | { readonly kind: 'quarantined'; readonly reason: string; readonly task?: TaskRecord }
  | Exceeded;
