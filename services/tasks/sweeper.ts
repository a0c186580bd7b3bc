import type { TaskRecord } from '#shared/ports/task.ts';
import { currentRuntime } from '#shared/runtime/current.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import { endTask } from '#shared/tasks/end-task.ts';

const PAGE = 100;

/**
 * Milliseconds. After this time a writer has published what it stored, or it has crashed: the gateway stops after 30 s.
 */
const GRACE = 60_000;

/**
 * Publishes events that a crash left unpublished, and ends every task after its deadline. So no caller waits for ever,
 * even if the agent never answers. A failure of one job does not stop the other.
 */
export async function handler(): Promise<void> {
  const runtime = currentRuntime();
  await all([recover(runtime), endOverdue(runtime)]);
}

async function recover({ tasks, clock, log }: Runtime): Promise<void> {
  const recovered = await tasks.recover(clock.now() - GRACE);
  if (recovered > 0) log.warn('events of tasks were published that a crash had left unpublished', { tasks: recovered });
}

async function endOverdue(runtime: Runtime): Promise<void> {
  for (;;) {
    const overdue = await runtime.tasks.overdue(runtime.clock.now(), PAGE);
    const failures = await reasonsOf(overdue.map((task) => expire(runtime, task)));
    // Tasks that failed appear on the next page again.
    if (overdue.length === PAGE && failures.length < PAGE) continue;
    return throwAll(failures);
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

/** Waits for all jobs, even after one has failed: Lambda stops the process when the handler returns. */
async function all(work: readonly Promise<void>[]): Promise<void> {
  throwAll(await reasonsOf(work));
}

async function reasonsOf(work: readonly Promise<void>[]): Promise<readonly unknown[]> {
  const reasons: unknown[] = [];
  for (const result of await Promise.allSettled(work)) if (result.status === 'rejected') reasons.push(result.reason);
  return reasons;
}

function throwAll(reasons: readonly unknown[]): void {
  if (reasons.length > 1) throw new AggregateError(reasons, `${reasons.length} parts of the sweep failed`);
  if (reasons.length === 1) throw reasons[0];
}
