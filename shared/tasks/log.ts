import type { LogEntry } from '#shared/ports/task.ts';

/** The context of a task, which its first message bears. */
export function contextOf(log: readonly LogEntry[]): string {
  const first = log[0];
  if (first?.kind !== 'message' || !first.message.contextId) throw new Error("a task's log begins with its message");
  return first.message.contextId;
}
