import type { StreamResponse } from '#shared/a2a/types.ts';
import type { LogEntry } from '#shared/ports/task.ts';

/** One event of a stream and its position in the task's log. The position is the id with which a client resumes. */
export interface PositionedResponse {
  readonly position: number;
  readonly response: StreamResponse;
}

export function positioned(entry: LogEntry, taskId: string, contextId: string): PositionedResponse {
  const { position } = entry;
  if (entry.kind === 'artifact') {
    const { artifact, append, lastChunk } = entry;
    return { position, response: { artifactUpdate: { taskId, contextId, artifact, append, lastChunk } } };
  }
  return { position, response: { statusUpdate: { taskId, contextId, status: entry.status } } };
}
