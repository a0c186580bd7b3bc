import type { Artifact, Message, Part, Task, TaskStatus } from '#shared/a2a/types.ts';
import type { LogEntry } from '#shared/ports/task.ts';

export interface AssembleOptions {
  /** Shows at most this many messages, counted from the newest. 0 shows no message. Undefined shows all. */
  readonly historyLength?: number | undefined;
  /** False: the history has no messages that told how far the work was. An agent needs only what was said to it and asked. */
  readonly progress?: boolean;
}

/**
 * Makes the A2A task from its log (all entries, in order).
 *
 * The task does not show an artifact of an earlier attempt that a later attempt of the same turn did not make again.
 * Such an artifact is unfinished work from before a crash. The same goes for the messages of the earlier attempt.
 *
 * The history also has each message of a status that a later status replaced (A2A 1.0 §4.1.1), as clients that subscribe
 * again expect.
 */
export function assemble(
  task: { readonly id: string; readonly contextId: string },
  log: readonly LogEntry[],
  options: AssembleOptions = {},
): Task {
  const history: Message[] = [];
  // Both keep the order in which the artifacts began.
  const artifacts = new Map<string, GrowingArtifact>();
  /** The artifacts of the newest attempt. A later attempt of the turn replaces them. */
  const ofAttempt = new Set<string>();
  let status: TaskStatus | undefined;
  let attempt = 0;
  /** The length of the history when the turn began. */
  let before = 0;
  for (const entry of log) {
    if (entry.kind !== 'message' && entry.attempt > attempt) {
      // What an earlier attempt said about itself has been replaced by nothing.
      if (attempt > 0) {
        history.length = before;
        status = status && withoutMessage(status);
      }
      attempt = entry.attempt;
      for (const artifactId of ofAttempt) artifacts.delete(artifactId);
      ofAttempt.clear();
    }
    switch (entry.kind) {
      case 'message':
        attempt = 0;
        ofAttempt.clear();
        if (status?.message) history.push(status.message);
        history.push(entry.message);
        before = history.length;
        status = entry.status;
        break;
      case 'status':
        if (status?.message && options.progress !== false) history.push(status.message);
        status = entry.status;
        break;
      case 'artifact': {
        const { artifact, append } = entry;
        const before = append ? artifacts.get(artifact.artifactId) : undefined;
        if (before) before.append(artifact);
        else artifacts.set(artifact.artifactId, new GrowingArtifact(artifact));
        ofAttempt.add(artifact.artifactId);
        break;
      }
      default:
        entry satisfies never;
    }
  }
  if (status === undefined) throw new Error(`the log of task ${task.id} is empty`);
  const shown =
    options.historyLength === undefined
      ? history
      : options.historyLength === 0
        ? []
        : history.slice(-options.historyLength);
  return {
    id: task.id,
    contextId: task.contextId,
    status,
    ...(artifacts.size > 0 && { artifacts: Array.from(artifacts.values(), ({ whole }) => whole) }),
    ...(shown.length > 0 && { history: shown }),
  };
}

function withoutMessage({ message: _, ...status }: TaskStatus): TaskStatus {
  return status;
}

/** An artifact that grows in place, because a copy for each chunk would take quadratic time. The log stays as it is. */
class GrowingArtifact {
  readonly #first: Artifact;
  #parts: Part[] | undefined;
  #metadata: Map<string, unknown> | undefined;

  constructor(first: Artifact) {
    this.#first = first;
  }

  append({ parts, metadata }: Artifact): void {
    this.#parts ??= [...this.#first.parts];
    for (const part of parts) this.#parts.push(part);
    if (metadata === undefined) return;
    this.#metadata ??= new Map(Object.entries(this.#first.metadata ?? {}));
    for (const [key, value] of Object.entries(metadata)) this.#metadata.set(key, value);
  }

  get whole(): Artifact {
    return {
      ...this.#first,
      // fromEntries, because a member may have the name `__proto__`.
      ...(this.#metadata && { metadata: Object.fromEntries(this.#metadata) }),
      ...(this.#parts && { parts: this.#parts as Artifact['parts'] }),
    };
  }
}
