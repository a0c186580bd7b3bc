import type { Artifact, Message, Task, TaskStatus } from '#shared/a2a/types.ts';
import type { LogEntry } from '#shared/ports/task.ts';

export interface AssembleOptions {
  /** Shows at most this many messages, counted from the newest. 0 shows no message. Undefined shows all. */
  readonly historyLength?: number | undefined;
}

/**
 * Makes the A2A task from its log (all entries, in order).
 *
 * The task does not show an artifact of an earlier attempt that a later attempt of the same turn did not make again.
 * Such an artifact is unfinished work from before a crash.
 */
export function assemble(
  task: { readonly id: string; readonly contextId: string },
  log: readonly LogEntry[],
  options: AssembleOptions = {},
): Task {
  const history: Message[] = [];
  let artifacts: { artifact: Artifact; turn: number; attempt: number }[] = [];
  let status: TaskStatus | undefined;
  let attempt = 0;
  for (const entry of log) {
    if (entry.kind !== 'message' && entry.attempt > attempt) {
      attempt = entry.attempt;
      artifacts = artifacts.filter((made) => made.turn !== entry.turn);
    }
    switch (entry.kind) {
      case 'message':
        attempt = 0;
        if (status?.message) history.push(status.message);
        history.push(entry.message);
        status = entry.status;
        break;
      case 'status':
        status = entry.status;
        break;
      case 'artifact': {
        const { artifactId } = entry.artifact;
        const at = artifacts.findIndex((made) => made.artifact.artifactId === artifactId);
        const before = artifacts[at];
        const made = { turn: entry.turn, attempt: entry.attempt };
        if (before === undefined) artifacts.push({ artifact: entry.artifact, ...made });
        else if (entry.append) artifacts[at] = { artifact: appended(before.artifact, entry.artifact), ...made };
        else artifacts[at] = { artifact: entry.artifact, ...made };
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
    ...(artifacts.length > 0 && { artifacts: artifacts.map((made) => made.artifact) }),
    ...(shown.length > 0 && { history: shown }),
  };
}

function appended(artifact: Artifact, chunk: Artifact): Artifact {
  return {
    ...artifact,
    ...(chunk.metadata && { metadata: { ...artifact.metadata, ...chunk.metadata } }),
    parts: [...artifact.parts, ...chunk.parts] as Artifact['parts'],
  };
}
