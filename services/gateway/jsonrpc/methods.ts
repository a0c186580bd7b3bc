import type { Dialect, Version } from '../a2a/dialects/dialect.ts';
import { v1 } from '../a2a/dialects/v1.ts';
import { v03 } from '../a2a/dialects/v03.ts';
import { type OperationName, operationTable } from '../a2a/operation-table.ts';

/** A method of A2A: its operation, and the form of its data. */
export interface Method {
  readonly operation: OperationName;
  readonly dialect: Dialect;
}

/** The methods of A2A 0.3. */
const legacy: Readonly<Record<string, OperationName>> = {
  'message/send': 'SendMessage',
  'message/stream': 'SendStreamingMessage',
  'tasks/get': 'GetTask',
  'tasks/cancel': 'CancelTask',
  'tasks/resubscribe': 'SubscribeToTask',
  'tasks/pushNotificationConfig/set': 'CreateTaskPushNotificationConfig',
  'tasks/pushNotificationConfig/get': 'GetTaskPushNotificationConfig',
  'tasks/pushNotificationConfig/list': 'ListTaskPushNotificationConfigs',
  'tasks/pushNotificationConfig/delete': 'DeleteTaskPushNotificationConfig',
  'agent/getAuthenticatedExtendedCard': 'GetExtendedAgentCard',
};

const methods: ReadonlyMap<string, Method> = new Map([
  // A2A 1.0 names its methods like its operations (§9.4).
  ...(Object.keys(operationTable) as OperationName[]).map((operation): [string, Method] => [
    operation,
    { operation, dialect: v1 },
  ]),
  ...Object.entries(legacy).map(([name, operation]): [string, Method] => [name, { operation, dialect: v03 }]),
]);

/** Undefined for other names, which may be names of skills, and for a method of another version than the one asked for. */
export function methodOf(name: string, asked: Version | undefined): Method | undefined {
  const method = methods.get(name);
  return asked === undefined || method?.dialect.version === asked ? method : undefined;
}
