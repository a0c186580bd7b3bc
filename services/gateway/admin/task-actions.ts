import type { AdminTask } from '#shared/admin/schemas.ts';
import { mapped } from '#shared/async-iterables.ts';
import { HttpError } from '#shared/http/refusal.ts';
import type { Runtime } from '#shared/runtime/runtime.ts';
import type { Correlator } from '#shared/tasks/correlator.ts';
import { endTask } from '#shared/tasks/end-task.ts';
import { seenLog } from '../a2a/seen-log.ts';
import { taskResponses } from '../a2a/stream-responses.ts';
import { allowanceOf, type GatewayContext } from '../environment.ts';
import { type SseEvent, sseResponse } from '../sse.ts';
import { lastEventId } from './events.ts';
import { findTask, getTask, noTask } from './tasks.ts';

/**
 * Cancels a task of any owner. The agent is told to stop, as when the owner cancels the task.
 *
 * @throws HttpError TASK_NOT_FOUND, TASK_NOT_CANCELABLE
 */
export async function cancelTask(
  runtime: Pick<Runtime, 'tasks' | 'publisher' | 'clock'>,
  id: string,
  context: GatewayContext,
): Promise<AdminTask> {
  const record = await findTask(runtime.tasks, id);
  const canceled = await endTask(runtime, record, {
    state: 'TASK_STATE_CANCELED',
    reason: 'an operator canceled the task',
    traceparent: context.req.header('traceparent'),
  });
  if (!canceled) throw new HttpError(409, 'TASK_NOT_CANCELABLE', `Task ${record.id} has ended already.`);
  return getTask(runtime.tasks, id);
}

export interface WatchRuntime extends Pick<Runtime, 'tasks'> {
  readonly settings: Pick<Runtime['settings'], 'maxAnswerBytes'>;
}

/**
 * Streams a task of any owner: the events of SubscribeToTask as server-sent events, each a StreamResponse of A2A 1.0. The
 * id of each is its position. A client resumes with `Last-Event-ID`. The stream of a task that has ended gives the task.
 */
export async function watchTask(
  { tasks, settings: { maxAnswerBytes } }: WatchRuntime,
  id: string,
  { context, correlator }: { readonly context: GatewayContext; readonly correlator: Correlator },
): Promise<Response> {
  const record = await findTask(tasks, id);
  const log = await seenLog(tasks, record, { from: lastEventId(context), maxBytes: maxAnswerBytes });
  if (log === undefined) throw noTask(id);
  const gone = new AbortController();
  const timeUp = context.env?.timeUp;
  const signal = timeUp ? AbortSignal.any([gone.signal, timeUp]) : gone.signal;
  return sseResponse(messages(taskResponses(correlator, record.id, log.seen, { ended: log.ended, signal })), {
    gone: () => gone.abort(),
    allowance: allowanceOf(context),
  });
}

function messages(responses: ReturnType<typeof taskResponses>): AsyncIterable<SseEvent> {
  return mapped(responses, ({ position, response }) => ({ id: String(position), data: JSON.stringify(response) }));
}
