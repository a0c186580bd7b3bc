import type { Answer } from '../answer.ts';
import type { OperationName } from '../operation-table.ts';
import type { Params } from '../params.ts';
import type { Dialect } from './dialect.ts';
import { type Fields, named, opaque } from './fields.ts';

const roles = ['ROLE_UNSPECIFIED', 'ROLE_USER', 'ROLE_AGENT'];
const states = [
  'TASK_STATE_UNSPECIFIED',
  'TASK_STATE_SUBMITTED',
  'TASK_STATE_WORKING',
  'TASK_STATE_COMPLETED',
  'TASK_STATE_FAILED',
  'TASK_STATE_CANCELED',
  'TASK_STATE_INPUT_REQUIRED',
  'TASK_STATE_REJECTED',
  'TASK_STATE_AUTH_REQUIRED',
];

const part: Fields = {
  text: opaque,
  raw: opaque,
  url: opaque,
  data: opaque,
  metadata: opaque,
  filename: opaque,
  mediaType: opaque,
};
const message: Fields = {
  messageId: opaque,
  contextId: opaque,
  taskId: opaque,
  role: roles,
  parts: part,
  metadata: opaque,
  extensions: opaque,
  referenceTaskIds: opaque,
};
const pushConfig: Fields = {
  tenant: opaque,
  id: opaque,
  taskId: opaque,
  url: opaque,
  token: opaque,
  authentication: { scheme: opaque, credentials: opaque },
};
const send: Fields = {
  tenant: opaque,
  message,
  configuration: {
    acceptedOutputModes: opaque,
    historyLength: opaque,
    returnImmediately: opaque,
    taskPushNotificationConfig: pushConfig,
  },
  metadata: opaque,
};
const task: Fields = { tenant: opaque, id: opaque, historyLength: opaque, metadata: opaque };
const configOfTask: Fields = { tenant: opaque, taskId: opaque, id: opaque, pageSize: opaque, pageToken: opaque };

/** The fields of the requests of A2A 1.0 (a2a.proto). */
const requests: Readonly<Record<OperationName, Fields>> = {
  SendMessage: send,
  SendStreamingMessage: send,
  GetTask: task,
  ListTasks: {
    tenant: opaque,
    contextId: opaque,
    status: states,
    pageSize: opaque,
    pageToken: opaque,
    historyLength: opaque,
    statusTimestampAfter: opaque,
    includeArtifacts: opaque,
  },
  CancelTask: task,
  SubscribeToTask: task,
  CreateTaskPushNotificationConfig: pushConfig,
  GetTaskPushNotificationConfig: configOfTask,
  ListTaskPushNotificationConfigs: configOfTask,
  DeleteTaskPushNotificationConfig: configOfTask,
  GetExtendedAgentCard: { tenant: opaque },
};

/** A2A 1.0. Both bindings carry the same JSON (§5.5: ProtoJSON). */
export const v1: Dialect = {
  version: '1.0',
  read: (operation, params) => named(params, requests[operation]) as Params,
  write: writeAnswer,
  writeEvent: (event) => event,
};

function writeAnswer(answer: Answer): unknown {
  switch (answer.kind) {
    case 'message':
      return { message: answer.message };
    case 'sent':
      return { task: answer.task };
    case 'task':
      return answer.task;
    case 'list':
      return answer.list;
    default:
      return answer satisfies never;
  }
}
