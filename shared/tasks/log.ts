import type { Artifact, Message, TaskStatus } from '../a2a/types.ts';

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

/** The context of a task, which its first message bears. */
export function contextOf(log: readonly LogEntry[]): string {
  const first = log[0];
  if (first?.kind !== 'message' || !first.message.contextId) throw new Error("a task's log begins with its message");
  return first.message.contextId;
}
