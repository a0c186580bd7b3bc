import { subscribe } from '#shared/events/subscribe.ts';
import { agentEventOf, attemptFailureOf } from '#shared/events/task-events.ts';
import { currentRuntime } from '#shared/runtime/current.ts';
import { applyToTask } from './apply.ts';

/**
 * Folds status changes and whole artifacts, which agents put on the bus, into their tasks, and keeps the causes of failed
 * attempts beside them. Standalone does the same
 * fold inside the publisher's transaction. Events whose fold fails there come here.
 */
export const handler = subscribe({
  types: ['TaskStatusChanged.v1', 'TaskArtifact.v1', 'TaskAttemptFailed.v1'],
  async handle(event) {
    const agentEvent = agentEventOf(event);
    if (agentEvent) await applyToTask(agentEvent);
    const failure = attemptFailureOf(event);
    if (failure) await currentRuntime().tasks.noteFailedAttempt(failure);
  },
  async quarantine(reason, body, { context }) {
    const { quarantine, metrics } = currentRuntime();
    metrics.count('starling_quarantined_total', { function: context.functionName });
    await quarantine.put(reason, body);
  },
  failed(error, { context }) {
    currentRuntime().log.error('an event could not be applied to its task', { function: context.functionName, error });
  },
});
