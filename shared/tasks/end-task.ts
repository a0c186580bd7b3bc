import type { TaskState, TaskStatus } from '#shared/a2a/types.ts';
import { childTraceparent } from '#shared/events/envelope.ts';
import { uuidv7 } from '#shared/ids.ts';
import type { Principal } from '#shared/ports/permission-store.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';

export interface TaskEnd {
  readonly state: TaskState;
  /** For the task's client, as the status message. */
  readonly text?: string;
  /** The reason that the agent receives together with the order to stop. */
  readonly reason: string;
  readonly traceparent?: string | undefined;
  /** The client that ends its task. Absent: the mesh ends it. */
  readonly principal?: Principal;
}

/**
 * Ends a task from outside its agent. The end is final at once. Every subscriber is told of it, and the agent is told
 * to stop.
 *
 * @returns false when the task has already ended
 */
export function endTask(
  runtime: Pick<Runtime, 'tasks' | 'publisher' | 'clock'>,
  task: TaskRecord,
  end: TaskEnd,
): Promise<boolean> {
  const { tasks, publisher, clock } = runtime;
  const now = clock.now();
  const place = { taskId: task.id, contextId: task.contextId, agentId: task.agentId, turn: task.turn };
  const { principal } = end;
  const canceledBy = principal && { principal: { id: principal.clientId, scopes: [...principal.scopes] } };
  const lineage = {
    source: 'starling.tasks',
    subject: task.id,
    correlationId: task.id,
    traceparent: childTraceparent(end.traceparent),
    now,
  };
  const status: TaskStatus = {
    state: end.state,
    timestamp: new Date(now).toISOString(),
    ...(end.text !== undefined && {
      message: {
        messageId: uuidv7(now),
        role: 'ROLE_AGENT' as const,
        parts: [{ text: end.text }],
        taskId: task.id,
        contextId: task.contextId,
      },
    }),
  };
  return tasks.end({
    taskId: task.id,
    status,
    events: (ended) => [
      publisher.prepare('TaskStatusChanged.v1', { ...place, attempt: ended.attempt, sequence: 0, status }, lineage),
      publisher.prepare('TaskCancelRequested.v1', { ...place, reason: end.reason, ...canceledBy }, lineage),
    ],
  });
}
