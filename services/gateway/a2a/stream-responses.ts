import { attemptMark } from '#shared/a2a/attempt-extension.ts';
import type { StreamResponse } from '#shared/a2a/types.ts';
import { startingWith } from '#shared/async-iterables.ts';
import type { TaskId } from '#shared/ids.ts';
import type { LogEntry } from '#shared/ports/task.ts';
import { assemble } from '#shared/tasks/assemble.ts';
import type { Correlator } from '#shared/tasks/correlator.ts';
import { contextOf } from '#shared/tasks/log.ts';

/** One event of a stream and its position in the task's log. The position is the id with which a client resumes. */
export interface PositionedResponse {
  readonly position: number;
  readonly response: StreamResponse;
}

/**
 * Yields the task as the log shows it, then every change until the turn ends. `ended` says that the log is complete and
 * that its turn has ended. Then nothing follows until the client does something (§3.1.2).
 */
export function taskResponses(
  correlator: Pick<Correlator, 'follow'>,
  taskId: TaskId,
  log: readonly LogEntry[],
  { ended, signal }: { readonly ended: boolean; readonly signal: AbortSignal },
): AsyncIterable<PositionedResponse> {
  const position = log.at(-1)?.position ?? 0;
  const contextId = contextOf(log);
  const first = { position, response: { task: assemble({ id: taskId, contextId }, log) } };
  if (ended) return startingWith(first, []);
  return startingWith(first, changes());

  async function* changes(): AsyncIterable<PositionedResponse> {
    for await (const entries of correlator.follow(taskId, position, signal)) {
      for (const entry of entries) yield positioned(entry, taskId, contextId);
    }
  }
}

function positioned(entry: LogEntry, taskId: string, contextId: string): PositionedResponse {
  const { position } = entry;
  const mark = attemptMark(entry.attempt);
  if (entry.kind === 'artifact') {
    const { artifact, append, lastChunk } = entry;
    return { position, response: { artifactUpdate: { taskId, contextId, artifact, append, lastChunk, ...mark } } };
  }
  return { position, response: { statusUpdate: { taskId, contextId, status: entry.status, ...mark } } };
}
