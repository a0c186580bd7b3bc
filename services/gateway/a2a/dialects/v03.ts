import { A2AError } from '#shared/a2a/errors.ts';
import type { Artifact, Message, Part, StreamResponse, Task, TaskState, TaskStatus } from '#shared/a2a/types.ts';
import { isObject } from '#shared/objects.ts';
import { turnHasEnded } from '#shared/tasks/state.ts';
import type { Answer } from '../answer.ts';
import type { OperationName } from '../operation-table.ts';
import type { Params } from '../params.ts';
import type { Dialect } from './dialect.ts';

type Json = Readonly<Record<string, unknown>>;

/** A data part of A2A 0.3 holds an object. Others travel in an object under this mark, as in the official SDKs. */
const WRAPPED_DATA = 'data_part_compat';

/** A2A 0.3 over JSON-RPC (https://a2a-protocol.org/v0.3.0/specification). */
export const v03: Dialect = {
  version: '0.3',
  read: readParams,
  write: writeAnswer,
  writeEvent,
};

function writeAnswer(answer: Answer): Json {
  if (answer.kind === 'list') throw noList();
  return answer.kind === 'message' ? writeMessage(answer.message) : writeTask(answer.task);
}

/** A2A 0.3 has no such operation. */
export function noList(): A2AError {
  return new A2AError('UNSUPPORTED_OPERATION', 'A2A 0.3 has no ListTasks. Send the header A2A-Version: 1.0.');
}

function readParams(operation: OperationName, params: Params): Params {
  switch (operation) {
    case 'SendMessage':
    case 'SendStreamingMessage': {
      const { message, configuration, ...rest } = params;
      return {
        ...rest,
        ...(isObject(message) ? { message: readMessage(message) } : { message }),
        ...(isObject(configuration) ? { configuration: readConfiguration(configuration) } : { configuration }),
      };
    }
    case 'CreateTaskPushNotificationConfig': {
      const { pushNotificationConfig, ...rest } = params;
      return { ...rest, ...(isObject(pushNotificationConfig) && readPushConfig(pushNotificationConfig)) };
    }
    case 'GetTaskPushNotificationConfig':
    case 'ListTaskPushNotificationConfigs':
    case 'DeleteTaskPushNotificationConfig': {
      const { id, pushNotificationConfigId, ...rest } = params;
      return { ...rest, taskId: id, ...(pushNotificationConfigId !== undefined && { id: pushNotificationConfigId }) };
    }
    default:
      return params;
  }
}

function readConfiguration({ blocking, pushNotificationConfig, ...rest }: Json): Json {
  return {
    ...rest,
    ...(blocking !== undefined && blocking !== null && { returnImmediately: invert(blocking) }),
    ...(isObject(pushNotificationConfig) && { taskPushNotificationConfig: readPushConfig(pushNotificationConfig) }),
  };
}

function invert(blocking: unknown): boolean {
  if (typeof blocking !== 'boolean') throw invalid('configuration.blocking', 'a boolean');
  return !blocking;
}

/** A2A 1.0 has one scheme. The first one of a list is the client's favourite. */
export function readPushConfig({ authentication, ...rest }: Json): Json {
  if (!isObject(authentication)) return rest;
  const { schemes, credentials } = authentication;
  const scheme: unknown = Array.isArray(schemes) ? schemes[0] : undefined;
  return { ...rest, authentication: { scheme, ...(credentials !== undefined && { credentials }) } };
}

function readMessage({ kind: _, role, parts, ...rest }: Json): Json {
  if (!Array.isArray(parts)) throw invalid('message.parts', 'an array');
  if (role !== 'user' && role !== 'agent') throw invalid('message.role', '"user" or "agent"');
  return {
    ...rest,
    role: role === 'user' ? 'ROLE_USER' : 'ROLE_AGENT',
    parts: parts.map((part, index) => readPart(part, `message.parts[${index}]`)),
  };
}

function readPart(part: unknown, name: string): Json {
  if (!isObject(part)) throw invalid(name, 'an object');
  const { metadata } = part;
  const rest = isObject(metadata) ? { metadata } : {};
  switch (part.kind) {
    case 'text':
      return { text: part.text, ...rest };
    case 'file':
      return { ...readFile(part.file, `${name}.file`), ...rest };
    case 'data':
      return readData(part);
    default:
      throw invalid(`${name}.kind`, '"text", "file" or "data"');
  }
}

function readFile(file: unknown, name: string): Json {
  if (!isObject(file)) throw invalid(name, 'an object');
  const { bytes, uri, mimeType, name: filename } = file;
  return {
    ...(bytes !== undefined && bytes !== null && { raw: bytes }),
    ...(uri !== undefined && uri !== null && { url: uri }),
    ...(typeof mimeType === 'string' && { mediaType: mimeType }),
    ...(typeof filename === 'string' && { filename }),
  };
}

function readData({ data, metadata }: Json): Json {
  if (!isObject(metadata)) return { data };
  const { [WRAPPED_DATA]: isWrapped, ...rest } = metadata;
  if (isWrapped !== true) return { data, metadata };
  return {
    data: isObject(data) && 'value' in data ? data.value : data,
    ...(Object.keys(rest).length > 0 && { metadata: rest }),
  };
}

export function invalid(name: string, what: string): A2AError {
  return new A2AError('INVALID_PARAMS', `params.${name} is not ${what}.`, { field: name });
}

const states: Readonly<Record<TaskState, string>> = {
  TASK_STATE_SUBMITTED: 'submitted',
  TASK_STATE_WORKING: 'working',
  TASK_STATE_COMPLETED: 'completed',
  TASK_STATE_FAILED: 'failed',
  TASK_STATE_CANCELED: 'canceled',
  TASK_STATE_INPUT_REQUIRED: 'input-required',
  TASK_STATE_REJECTED: 'rejected',
  TASK_STATE_AUTH_REQUIRED: 'auth-required',
};

function writeTask({ status, artifacts, history, ...rest }: Task): Json {
  return {
    kind: 'task',
    ...rest,
    status: writeStatus(status),
    ...(artifacts && { artifacts: artifacts.map(writeArtifact) }),
    ...(history && { history: history.map(writeMessage) }),
  };
}

function writeStatus({ state, message, ...rest }: TaskStatus): Json {
  return { ...rest, state: states[state], ...(message && { message: writeMessage(message) }) };
}

function writeMessage({ role, parts, ...rest }: Message): Json {
  return { kind: 'message', ...rest, role: role === 'ROLE_USER' ? 'user' : 'agent', parts: parts.map(writePart) };
}

function writeArtifact({ parts, ...rest }: Artifact): Json {
  return { ...rest, parts: parts.map(writePart) };
}

function writePart(part: Part): Json {
  const rest = part.metadata === undefined ? {} : { metadata: part.metadata };
  if ('text' in part) return { kind: 'text', text: part.text, ...rest };
  if ('raw' in part || 'url' in part) {
    const file = {
      ...('raw' in part ? { bytes: part.raw } : { uri: part.url }),
      ...(part.mediaType !== undefined && { mimeType: part.mediaType }),
      ...(part.filename !== undefined && { name: part.filename }),
    };
    return { kind: 'file', file, ...rest };
  }
  const { data, metadata } = part;
  if (isObject(data)) return { kind: 'data', data, ...rest };
  return { kind: 'data', data: { value: data }, metadata: { ...metadata, [WRAPPED_DATA]: true } };
}

function writeEvent(event: StreamResponse): Json {
  if ('task' in event) return writeTask(event.task);
  if ('message' in event) return writeMessage(event.message);
  if ('statusUpdate' in event) {
    const { status, ...rest } = event.statusUpdate;
    return { kind: 'status-update', ...rest, status: writeStatus(status), final: turnHasEnded(status.state) };
  }
  const { artifact, ...rest } = event.artifactUpdate;
  return { kind: 'artifact-update', ...rest, artifact: writeArtifact(artifact) };
}
