import type { Clock } from '#shared/ports/clock.ts';
import type { TaskRecord } from '#shared/ports/task.ts';
import type { Metrics } from '#shared/telemetry/metrics.ts';

/** Called by a task store once for each task that has ended, when its end is durable. */
export type OnEnded = (task: TaskRecord) => void;

/** Counts ended tasks and their durations. The mesh's clock tells the end, because the status has the agent's time. */
export function endedTasks(metrics: Metrics, clock: Clock): OnEnded {
  return ({ agentId: agent, state, createdAt }) => {
    metrics.count('starling_tasks_ended_total', { agent, state });
    metrics.observe('starling_task_duration_seconds', { agent, state }, (clock.now() - createdAt) / 1000);
  };
}
