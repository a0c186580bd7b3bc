import { messageOf } from '#shared/errors.ts';
import { type CloudEvent, traceIdOf } from '#shared/events/envelope.ts';
import { type Delivery, type QueueHandler, subscribe } from '#shared/events/subscribe.ts';
import type { TaskCancelRequestedV1, TaskRequestedV1 } from '#shared/generated/types.ts';
import { currentAgentRuntime } from '#shared/runtime/current.ts';
import type { AgentRuntime } from '#shared/runtime/runtime.ts';
import { ShortLivedMap } from '#shared/short-lived.ts';
import type { LogFields, Logger } from '#shared/telemetry/logger.ts';
import { AttemptClock, CanceledError, DeadlineError } from './attempt-clock.ts';
import { type AgentDefinition, checkDefinition } from './definition.ts';
import { TaskFailed, TaskRejected } from './errors.ts';
import { runHandler } from './run-handler.ts';
import { agentTask } from './task.ts';
import { Turn } from './turn.ts';

/** The Lambda handler of an agent's queue, with the definition that packaging collects into the manifest. */
export type AgentHandler = QueueHandler & { readonly definition: AgentDefinition };

/** Left of the function's time to tell what happened when the time is up. */
const TIME_TO_TELL = 500;

/**
 * Makes an agent: the handler of its queue, wherever it runs. The agent's id stands in serverless.yml alone.
 *
 * What the handler returns becomes an artifact and completes the task; what an async generator yields becomes status and
 * artifact events on the way. `TaskRejected` and `TaskFailed` end the task with their message; any other error is
 * retried until the queue's last receive, then fails the task and dead-letters the message.
 *
 * @example
 * export const handler = defineAgent({
 *   name: 'Echo', description: 'Says what it is told.', version: '1.0.0',
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
      log.error('an event for the agent breaks its contract and was dropped', {
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
  const clock = new AttemptClock(untilDeadline, context.getRemainingTimeInMillis() - TIME_TO_TELL);
  const key = `${agentId}/${taskId}`;
  running.set(key, clock);
  const turn = new Turn(runtime, request, number, clock);
  try {
    const task = agentTask(data, {
      attempt: number,
      signal: clock.signal,
      log,
      idempotency: runtime.idempotency,
      timeLeft: () => context.getRemainingTimeInMillis(),
    });
    await clock.race(runHandler(definition, task, turn));
    await turn.flush();
  } catch (error) {
    const { maxReceiveCount } = runtime.functionSettings(context.functionName);
    // What found no room in the store is delivered again, whichever attempt it was.
    const last = receiveCount - excused >= maxReceiveCount && !turn.foundNoRoom;
    await tell(turn, error, { runtime, log, agentId, last });
  } finally {
    clock.stop();
    turn.close();
    if (running.get(key) === clock) running.delete(key);
  }
}

interface Failure {
  readonly runtime: AgentRuntime;
  readonly log: Logger;
  readonly agentId: string;
  /** Whether the message will be delivered no more. */
  readonly last: boolean;
}

/** Tells the task how the attempt ended, and throws on when the message is to be delivered again or to dead-letter. */
async function tell(turn: Turn, error: unknown, { runtime, log, agentId, last }: Failure): Promise<void> {
  if (error instanceof CanceledError) {
    log.info('given up', { reason: error.message });
    return;
  }
  if (error instanceof DeadlineError) {
    // The sweeper has failed the task; its request goes the way of every request that was not done, to the dead letters.
    log.warn('given up', { reason: error.message });
    throw error;
  }
  if (error instanceof TaskRejected || error instanceof TaskFailed) {
    turn.status(error instanceof TaskRejected ? 'TASK_STATE_REJECTED' : 'TASK_STATE_FAILED', error.message);
    await turn.flush();
    return;
  }
  if (!last) {
    runtime.metrics.count('starling_agent_retries_total', { agent: agentId });
    log.warn('the attempt failed and will be made again', { error });
    throw error;
  }
  log.error('the last attempt failed', { error });
  turn.status('TASK_STATE_FAILED', `The agent failed at its last attempt: ${messageOf(error)}`);
  await turn.flush();
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
