import { taskNotFound } from '#shared/a2a/errors.ts';
import type { TaskId } from '#shared/ids.ts';
import type { RegisteredAgent } from '#shared/ports/agent-registry.ts';
import type { Principal } from '#shared/ports/permission-store.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { TaskStore } from '#shared/ports/task-store.ts';

/**
 * Finds a task for a caller. The answer does not reveal whether another caller's task exists.
 *
 * @throws A2AError TASK_NOT_FOUND when there is no such task, when it has another owner, or when another agent has it
 */
export async function visibleTask(
  tasks: Pick<TaskStore, 'get'>,
  id: string,
  { agent, principal }: { readonly agent: Pick<RegisteredAgent, 'id'>; readonly principal: Principal },
): Promise<TaskRecord> {
  const task = await tasks.get(id as TaskId);
  if (task === undefined || task.owner !== principal.clientId || task.agentId !== agent.id) throw taskNotFound(id);
  return task;
}
