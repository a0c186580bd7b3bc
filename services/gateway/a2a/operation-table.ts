import { A2AError, pushNotSupported } from '#shared/a2a/errors.ts';
import type { Answer } from './answer.ts';
import type { Call } from './call.ts';
import type { Operations } from './operations.ts';
import type { Params } from './params.ts';
import type { PositionedResponse } from './stream-responses.ts';

/** The operations of A2A 1.0 (§3.1). Bindings and versions have other names for them. */
export type OperationName =
  | 'SendMessage'
  | 'SendStreamingMessage'
  | 'GetTask'
  | 'ListTasks'
  | 'CancelTask'
  | 'SubscribeToTask'
  | 'CreateTaskPushNotificationConfig'
  | 'GetTaskPushNotificationConfig'
  | 'ListTaskPushNotificationConfigs'
  | 'DeleteTaskPushNotificationConfig'
  | 'GetExtendedAgentCard';

export type Operation =
  | { readonly kind: 'unary'; readonly run: Run<Answer> }
  | { readonly kind: 'stream'; readonly run: Run<AsyncIterable<PositionedResponse>> };

type Run<Result> = (operations: Operations, call: Call, params: Params) => Promise<Result>;

const unary = (run: Run<Answer>): Operation => ({ kind: 'unary', run });
const stream = (run: Run<AsyncIterable<PositionedResponse>>): Operation => ({ kind: 'stream', run });
const refuse = (refusal: () => A2AError): Operation => unary(async () => Promise.reject(refusal()));
const noPush = refuse(pushNotSupported);

export const operationTable: Readonly<Record<OperationName, Operation>> = {
  SendMessage: unary((to, call, params) => to.sendMessage(call, params)),
  SendStreamingMessage: stream((to, call, params) => to.sendStreamingMessage(call, params)),
  GetTask: unary(async (to, call, params) => ({ kind: 'task', task: await to.getTask(call, params) })),
  ListTasks: unary(async (to, call, params) => ({ kind: 'list', list: await to.listTasks(call, params) })),
  CancelTask: unary(async (to, call, params) => ({ kind: 'task', task: await to.cancelTask(call, params) })),
  SubscribeToTask: stream((to, call, params) => to.subscribeToTask(call, params)),
  CreateTaskPushNotificationConfig: noPush,
  GetTaskPushNotificationConfig: noPush,
  ListTaskPushNotificationConfigs: noPush,
  DeleteTaskPushNotificationConfig: noPush,
  // §3.3.4: another error is for a card that declares the capability.
  GetExtendedAgentCard: refuse(
    () => new A2AError('UNSUPPORTED_OPERATION', 'This agent has no extended card: see capabilities in its card.'),
  ),
};
