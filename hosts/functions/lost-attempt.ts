import type { SQSRecord } from 'aws-lambda';
import type { StandaloneRuntime } from '#hosts/runtimes/standalone.ts';
import { causedBy, childTraceparent } from '#shared/events/envelope.ts';
import { deliverSoon, readEvent } from '#shared/events/subscribe.ts';
import type { TaskId } from '#shared/ids.ts';
import type { Lineage } from '#shared/ports/publisher.ts';
import type { RunningAttempt } from '#shared/runtime/delivery-scope.ts';
import { endTask } from '#shared/tasks/end-task.ts';
import { agentFailedText, attemptFailed } from '#shared/tasks/failed-attempt.ts';

/** A receive of a message of an agent's queue that ended without the agent. */
export interface LostAttempt {
  readonly functionName: string;
  readonly record: SQSRecord;
  readonly error: unknown;
}

/**
 * Ends an attempt that the agent cannot end itself: its thread died, or its module does not load. The operator reads the
 * cause, the message comes back soon, and the task fails at the last attempt.
 */
export async function endLostAttempt(runtime: StandaloneRuntime, lost: LostAttempt): Promise<void> {
  const { functionName, record } = lost;
  try {
    await tell(runtime, lost);
  } catch (error) {
    runtime.log.error('the end of an attempt could not be told: its task ends at its deadline', {
      function: functionName,
      message: record.messageId,
      error,
    });
  }
  await deliverSoon(record, receiveCountOf(record));
}

async function tell(runtime: StandaloneRuntime, { functionName, record, error }: LostAttempt): Promise<void> {
  const read = readEvent(record.body, ['TaskRequested.v1']);
  if ('problem' in read) return;
  const { data, ...request } = read.event.detail;
  const receiveCount = receiveCountOf(record);
  const { maxReceiveCount } = runtime.functionSettings(functionName);
  const isLast = receiveCount - runtime.excusedReceives(record) >= maxReceiveCount;
  const attempt = { ...data, attempt: data.attemptBase + receiveCount, isLast };
  await endAttempt(runtime, attempt, error, causedBy({ ...request, data }));
}

/** Publishes the cause of an attempt that failed, and fails the task if it was the last attempt. */
export async function endAttempt(
  { publisher, tasks, metrics, clock }: StandaloneRuntime,
  attempt: RunningAttempt,
  error: unknown,
  lineage: Lineage = { correlationId: attempt.taskId, traceparent: childTraceparent(undefined) },
): Promise<void> {
  const { taskId, agentId, turn, isLast } = attempt;
  const traceparent = childTraceparent(lineage.traceparent);
  const place = { attempt: attempt.attempt, final: isLast, now: clock.now() };
  await publisher.publish([
    publisher.prepare('TaskAttemptFailed.v1', attemptFailed(attempt, place, error), {
      ...lineage,
      source: `starling.agents.${agentId}`,
      subject: taskId,
      traceparent,
    }),
  ]);
  if (!isLast) return metrics.count('starling_agent_retries_total', { agent: agentId });
  const task = await tasks.get(taskId as TaskId);
  if (task?.agentId !== agentId || task.turn !== turn) return;
  await endTask({ tasks, publisher, clock }, task, {
    state: 'TASK_STATE_FAILED',
    text: agentFailedText(taskId),
    reason: 'the last attempt failed',
    traceparent,
  });
}

function receiveCountOf({ attributes }: SQSRecord): number {
  return Number(attributes.ApproximateReceiveCount);
}
