import { A2AError, pushNotSupported } from '#shared/a2a/errors.ts';
import type { Task } from '#shared/a2a/types.ts';
import type { Call } from '../a2a/call.ts';
import type { Operations } from '../a2a/operations.ts';
import type { Params } from '../a2a/params.ts';
import type { PositionedResponse } from '../a2a/stream-responses.ts';

type Operation =
  | {
      readonly kind: 'unary';
      readonly run: (operations: Operations, call: Call, params: Params) => Promise<TaskResult>;
    }
  | {
      readonly kind: 'stream';
      readonly run: (operations: Operations, call: Call, params: Params) => Promise<AsyncIterable<PositionedResponse>>;
    };

interface TaskResult {
  readonly result: unknown;
  /** The task that the result shows. */
  readonly taskId: string;
}

const unary = (run: (operations: Operations, call: Call, params: Params) => Promise<TaskResult>): Operation => ({
  kind: 'unary',
  run,
});
const shown = (task: Task): TaskResult => ({ result: task, taskId: task.id });
const refuse = (refusal: () => A2AError): Operation => unary(async () => Promise.reject(refusal()));
const noPush = refuse(pushNotSupported);

/** The methods of A2A 1.0 (§9.4), each with its operation. */
const operations: ReadonlyMap<string, Operation> = new Map<string, Operation>([
  [
    'SendMessage',
    unary(async (to, call, params) => {
      const task = await to.sendMessage(call, params);
      return { result: { task }, taskId: task.id };
    }),
  ],
  ['SendStreamingMessage', { kind: 'stream', run: (to, call, params) => to.sendStreamingMessage(call, params) }],
  ['GetTask', unary(async (to, call, params) => shown(await to.getTask(call, params)))],
  ['CancelTask', unary(async (to, call, params) => shown(await to.cancelTask(call, params)))],
  ['SubscribeToTask', { kind: 'stream', run: (to, call, params) => to.subscribeToTask(call, params) }],
  [
    'ListTasks',
    refuse(
      () => new A2AError('UNSUPPORTED_OPERATION', 'ListTasks is not offered yet: get a task by its id with GetTask.'),
    ),
  ],
  ['CreateTaskPushNotificationConfig', noPush],
  ['GetTaskPushNotificationConfig', noPush],
  ['ListTaskPushNotificationConfigs', noPush],
  ['DeleteTaskPushNotificationConfig', noPush],
  [
    'GetExtendedAgentCard',
    refuse(
      () =>
        new A2AError(
          'EXTENDED_AGENT_CARD_NOT_CONFIGURED',
          'This agent has no extended card: see capabilities in its card.',
        ),
    ),
  ],
]);

export const operationMethods: ReadonlySet<string> = new Set(operations.keys());

/** The methods of A2A 0.3. */
export const legacyMethods: ReadonlySet<string> = new Set([
  'message/send',
  'message/stream',
  'tasks/get',
  'tasks/cancel',
  'tasks/resubscribe',
  'tasks/pushNotificationConfig/set',
  'tasks/pushNotificationConfig/get',
  'tasks/pushNotificationConfig/list',
  'tasks/pushNotificationConfig/delete',
  'agent/getAuthenticatedExtendedCard',
]);

/** The A2A operation of a method. It is undefined for other names, which may be names of skills. */
export function operationOf(method: string): Operation | undefined {
  return operations.get(method);
}
