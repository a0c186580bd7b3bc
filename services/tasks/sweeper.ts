import { currentRuntime } from '../../shared/runtime/current.ts';
import type { Runtime } from '../../shared/runtime/runtime.ts';
import { endTask } from '../../shared/tasks/end-task.ts';
import type { TaskRecord } from '../../shared/tasks/state.ts';

const PAGE = 100;

/** Ends every task whose deadline has passed: no caller waits for ever, whatever became of the agent. */
export async function handler(): Promise<void> {
  const runtime = currentRuntime();
  for (;;) {
    const overdue = await runtime.tasks.overdue(runtime.clock.now(), PAGE);
    await Promise.all(overdue.map((task) => expire(runtime, task)));
    if (overdue.length < PAGE) return;
  }
}

async function expire(runtime: Runtime, task: TaskRecord): Promise<void> {
  const { log, metrics } = runtime;
  const ended = await endTask(runtime, task, {
    state: 'TASK_STATE_FAILED',
    text: explain(task),
    reason: 'the deadline of the task has passed',
  });
  if (!ended) return;
  metrics.count('starling_deadlines_missed_total', { agent: task.agentId });
  log.warn('a task was ended at its deadline', { taskId: task.id, agentId: task.agentId, attempt: task.attempt });
}

function explain(task: TaskRecord): string {
  const heard =
    task.attempt === 0
      ? 'nothing was heard of the agent'
      : `its attempt ${task.attempt} had begun; a request that failed is in the dead-letter queue of the agent's function`;
  return `The deadline of the task (${new Date(task.deadline).toISOString()}) has passed: ${heard}.`;
}
