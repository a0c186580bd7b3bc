import type { TaskId } from '#shared/ids.ts';
import type { AgentEvent } from '#shared/ports/task.ts';
import { currentRuntime } from '#shared/runtime/current.ts';
import { endTask } from '#shared/tasks/end-task.ts';

/** Folds an agent's event into its task. A task that passes a bound fails here, and its client and its agent learn the bound. */
export async function applyToTask(event: AgentEvent): Promise<void> {
  const runtime = currentRuntime();
  const outcome = await runtime.tasks.apply(event);
  if (outcome.kind !== 'exceeded') return;
  const { taskId, agentId } = event.data;
  const task = await runtime.tasks.get(taskId as TaskId);
  if (task === undefined) return;
  const { reason } = outcome;
  if (!(await endTask(runtime, task, { state: 'TASK_STATE_FAILED', text: reason, reason }))) return;
  runtime.log.warn('a task was ended at a bound', { taskId, agentId, reason });
}
