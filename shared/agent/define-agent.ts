import { readable } from '#shared/errors.ts';
import { type CloudEvent, traceIdOf } from '#shared/events/envelope.ts';
import { type Delivery, type QueueHandler, subscribe } from '#shared/events/subscribe.ts';
import { InexactNumberError } from '#shared/exact-json.ts';
import type { TaskCancelRequestedV1, TaskRequestedV1 } from '#shared/generated/types.ts';
import { currentAgentRuntime } from '#shared/runtime/current.ts';
import { currentDelivery } from '#shared/runtime/delivery-scope.ts';
import type { AgentRuntime } from '#shared/runtime/runtime.ts';
import { ShortLivedMap } from '#shared/short-lived.ts';
import type { LogFields, Logger } from '#shared/telemetry/logger.ts';
import { AttemptClock, CanceledError, DeadlineError } from './attempt-clock.ts';
import { type AgentDefinition, checkDefinition } from './definition.ts';
import { TaskFailed, TaskRejected } from './errors.ts';
import { runHandler } from './run-handler.ts';
import { agentTask } from './task.ts';
import { Turn } from './turn.ts';

/** The Lambda handler of an agent's queue. Packaging collects its definition into the manifest. */
export type AgentHandler = QueueHandler & { readonly definition: AgentDefinition };

/** An attempt ends this long before the function's time is up, so that its end can still be published. */
const TIME_TO_TELL_MS = 500;

/**
 * Makes an agent: the handler of its queue, on every host. Only serverless.yml has the agent's id.
 *
 * - A returned value becomes an artifact and completes the task.
 * - An async generator's values become status and artifact events while the handler works.
 * - `TaskRejected` and `TaskFailed` end the task with their message.
 * - Any other error causes another attempt. After the last attempt, the task fails and the message goes to the
 *   dead-letter queue. The client reads only that the agent failed. Operators read the cause of each attempt.
 *
 * @throws ConfigurationError that names the wrong field
 *
 * @example
 * export const handler = defineAgent({
 *   name: 'Echo', description: 'Repeats a text.', version: '1.0.0',
 *   skills: [{ id: 'echo', name: 'Echo', description: 'Returns the text.', tags: ['test'] }],
 *   handler: (task) => task.text,
 * });
 */
export function defineAgent(definition: AgentDefinition): AgentHandler {
  checkDefinition(definition);
  const running = new ShortLivedMap<string, AttemptClock>();
  const handler = subscribe({
    types: ['TaskRequested.v1', 'TaskCancelRequested.v1'],
    async handle(event, delivery) {
      if (event['detail-type'] === 'TaskCancelRequested.v1') cancel(running, event.detail.data);
      else await attempt(definition, running, event.detail, delivery);
    },
    async quarantine(reason, _body, { context }) {
      const { log, metrics } = currentAgentRuntime();
      metrics.count('starling_quarantined_total', { function: context.functionName });
      log.error('the agent dropped an event that breaks its contract', {
        function: context.functionName,
        reason,
      });
    },
  });
  return Object.assign(handler, { definition });
}

function cancel(running: ShortLivedMap<string, AttemptClock>, { taskId, agentId }: TaskCancelRequestedV1): void {
  running.get(`${agentId}/${taskId}`)?.cancel();
}

async function attempt(
  definition: AgentDefinition,
  running: ShortLivedMap<string, AttemptClock>,
  request: CloudEvent<TaskRequestedV1>,
  { receiveCount, excused, context }: Delivery,
): Promise<void> {
  const runtime = currentAgentRuntime();
  const { data } = request;
  const { agentId, taskId } = data;
  const number = data.attemptBase + receiveCount;
  const log = taskLogger(runtime.log, request, number);
  runtime.metrics.count('starling_agent_attempts_total', { agent: agentId });
  const untilDeadline = Date.parse(data.deadline) - runtime.clock.now();
  if (untilDeadline <= 0) {
    log.warn('not begun: the deadline of the task has passed');
    throw new DeadlineError();
  }
  const clock = new AttemptClock(untilDeadline, context.getRemainingTimeInMillis() - TIME_TO_TELL_MS);
  const key = `${agentId}/${taskId}`;
  running.set(key, clock);
  const turn = new Turn(runtime, request, number, clock);
  const { maxReceiveCount } = runtime.functionSettings(context.functionName);
  const isLast = receiveCount - excused >= maxReceiveCount;
  const scope = currentDelivery();
  if (scope) {
    scope.attempt = { taskId, contextId: data.contextId, agentId, turn: data.turn, attempt: number, isLast };
    scope.clock = clock;
  }
  try {
    const task = agentTask(data, {
      attempt: number,
      signal: clock.signal,
      log,
      idempotency: runtime.idempotency,
      reportUsage: (usage) => turn.addUsage(usage),
      timeLeft: () => context.getRemainingTimeInMillis(),
    });
    await clock.race(runHandler(definition, task, turn));
    await turn.flush();
  } catch (error) {
    // The store had no room: the message comes back, even after the last attempt.
    const last = isLast && !turn.foundNoRoom;
    await tell(turn, readable(error), { runtime, log, agentId, last });
  } finally {
    if (scope) scope.clock = undefined;
    clock.stop();
    turn.close();
    if (running.get(key) === clock) running.delete(key);
  }
}

interface Failure {
  readonly runtime: AgentRuntime;
  readonly log: Logger;
  readonly agentId: string;
  /** Whether this delivery of the message is the last one. */
  readonly last: boolean;
}

/** Publishes how the attempt ended. Rethrows the error when the queue must deliver the message again or dead-letter it. */
async function tell(turn: Turn, error: unknown, failure: Failure): Promise<void> {
  const { log } = failure;
  if (error instanceof CanceledError) {
    log.info('given up', { reason: error.message });
    return;
  }
  if (error instanceof DeadlineError) {
    // The sweeper fails the task. The request goes to the dead-letter queue, like every request that was not done.
    log.warn('given up', { reason: error.message });
    throw error;
  }
  if (error instanceof TaskRejected || error instanceof TaskFailed || error instanceof InexactNumberError) {
    try {
      turn.status(error instanceof TaskFailed ? 'TASK_STATE_FAILED' : 'TASK_STATE_REJECTED', error.message);
      return await turn.flush();
    } catch (refusal) {
      // For example, the schema of the event refuses the message.
      return tellUnexpected(turn, refusal, failure);
    }
  }
  return tellUnexpected(turn, error, failure);
}

async function tellUnexpected(turn: Turn, error: unknown, { runtime, log, agentId, last }: Failure): Promise<void> {
  if (!last) {
    runtime.metrics.count('starling_agent_retries_total', { agent: agentId });
    log.warn('the attempt failed and will be made again', { error });
    // A store without room takes no cause either. The log has it.
    if (turn.foundNoRoom) throw error;
    await turn.fail(error, false).catch((cause: unknown) => {
      log.warn('the cause of the attempt could not be published: only this log has it', { error: cause });
    });
    throw error;
  }
  log.error('the last attempt failed', { error });
  await turn.fail(error, true);
  throw error;
}

function taskLogger(log: Logger, request: CloudEvent<TaskRequestedV1>, attempt: number): Logger {
  const { agentId, taskId, turn } = request.data;
  const ids = {
    agentId,
    taskId,
    turn,
    attempt,
    correlationId: request.correlationid,
    traceId: traceIdOf(request.traceparent),
  };
  const bound = (level: keyof Logger) => (message: string, fields?: LogFields) =>
    log[level](message, { ...ids, ...fields });
  return { debug: bound('debug'), info: bound('info'), warn: bound('warn'), error: bound('error') };
}
