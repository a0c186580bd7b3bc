import { replyOf } from '#shared/a2a/reply-extension.ts';
import type { Message } from '#shared/a2a/types.ts';
import type { LogEntry } from '#shared/ports/task.ts';

/**
 * The message that is the whole answer of a task's agent. Undefined if there is none, or if the task has more to show: an
 * artifact, or another turn.
 */
export function replyIn(log: readonly LogEntry[]): Message | undefined {
  const last = log.at(-1);
  if (last?.kind !== 'status' || last.turn !== 1 || last.status.state !== 'TASK_STATE_COMPLETED') return undefined;
  if (log.some(({ kind }) => kind === 'artifact')) return undefined;
  return replyOf(last.status.message);
}
