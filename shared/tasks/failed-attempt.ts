import type { TaskAttemptFailedV1 } from '#shared/generated/types.ts';
import type { AttemptFailure, FailedAttempt, TaskRecord } from '#shared/ports/task.ts';
import { describeError } from '#shared/telemetry/describe-error.ts';
import { redactText } from '#shared/telemetry/redact.ts';

/** A task keeps at most this many causes. Each has at most 12,200 characters. */
export const MAX_FAILED_ATTEMPTS = 50;
/** Each turn has a slot for as many attempts as a queue usually makes. */
const ATTEMPTS_OF_A_TURN = 10;

/**
 * The event of an attempt that failed. The cause has no secrets that can be recognized, and a bounded length.
 *
 * @example attemptFailed(request, { attempt: 2, final: false, now: clock.now() }, new Error('connect ECONNREFUSED'))
 */
export function attemptFailed(
  request: Pick<TaskAttemptFailedV1, 'taskId' | 'contextId' | 'agentId' | 'turn'>,
  { attempt, final, now }: { readonly attempt: number; readonly final: boolean; readonly now: number },
  error: unknown,
): TaskAttemptFailedV1 {
  const { taskId, contextId, agentId, turn } = request;
  const failedAt = new Date(now).toISOString();
  return { taskId, contextId, agentId, turn, attempt, final, failedAt, cause: describeError(error) };
}

/** The text for the client of a task when an agent failed for a reason that is not for the client. */
export function agentFailedText(taskId: string): string {
  return `The agent failed. Task ${taskId}.`;
}

/** Why a task does not take a failure. Undefined if it takes it. */
export function refusalOf(task: TaskRecord, { source, data }: AttemptFailure): string | undefined {
  if (source !== `starling.agents.${task.agentId}` || data.agentId !== task.agentId) {
    return `not from the task's agent ${task.agentId}`;
  }
  if (data.contextId !== task.contextId) return 'not of the context of its task';
  if (data.turn > task.turn) return `of turn ${data.turn}, while the task is in turn ${task.turn}`;
  return undefined;
}

/**
 * The place of a failure among those of its task, from 0. A later failure may have the same place and replaces it, so a
 * task's failures have a bound, and no write has to count them.
 */
export function slotOf({ turn, attempt }: Pick<FailedAttempt, 'turn' | 'attempt'>): number {
  return ((turn - 1) * ATTEMPTS_OF_A_TURN + (attempt - 1)) % MAX_FAILED_ATTEMPTS;
}

/** The failure as a task keeps it. Other producers than our library may not have redacted it. */
export function failedAttemptOf({ turn, attempt, final, failedAt, cause }: TaskAttemptFailedV1): FailedAttempt {
  const { name, message, details } = cause;
  return {
    turn,
    attempt,
    final,
    failedAt,
    cause: {
      name: redactText(name),
      message: redactText(message),
      ...(details !== undefined && { details: redactText(details, details.length) }),
    },
  };
}

export function byAttempt(a: FailedAttempt, b: FailedAttempt): number {
  return a.turn - b.turn || a.attempt - b.attempt;
}
