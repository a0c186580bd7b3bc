import type { Artifact, Message, Part, StreamResponse, Task, TaskStatus } from '#shared/a2a/types.ts';
import { isObject } from '#shared/objects.ts';
import { turnHasEnded } from '#shared/tasks/state.ts';
import type { Answer } from '../answer.ts';
import type { OperationName } from '../operation-table.ts';
import type { Params } from '../params.ts';
import type { Dialect } from './dialect.ts';
import { type Fields, named, opaque } from './fields.ts';
import { invalid, noList, readPushConfig, v03 } from './v03.ts';

type Json = Readonly<Record<string, unknown>>;

const part: Fields = {
  text: opaque,
  file: { fileWithUri: opaque, fileWithBytes: opaque, mimeType: opaque, name: opaque },
  data: opaque,
  metadata: opaque,
};
const pushConfig: Fields = {
  id: opaque,
  url: opaque,
  token: opaque,
  authentication: { schemes: opaque, credentials: opaque },
};
const message: Fields = {
  messageId: opaque,
  contextId: opaque,
  taskId: opaque,
  role: ['ROLE_UNSPECIFIED', 'ROLE_USER', 'ROLE_AGENT'],
  content: part,
  metadata: opaque,
  extensions: opaque,
};
const send: Fields = {
  message,
  configuration: { acceptedOutputModes: opaque, pushNotification: pushConfig, historyLength: opaque, blocking: opaque },
  metadata: opaque,
};
const config: Fields = { config: { name: opaque, pushNotificationConfig: pushConfig } };

/** A2A 0.3 over HTTP+JSON. Its JSON is that of the a2a.proto of 0.3, and not that of its JSON-RPC. */
export const v03Proto: Dialect = {
  version: '0.3',
  read: readParams,
  write: writeAnswer,
  writeEvent,
};

function readParams(operation: OperationName, params: Params): Params {
  switch (operation) {
    case 'SendMessage':
    case 'SendStreamingMessage': {
      const { request, ...body } = params;
      const { message: sent = request, configuration, ...rest } = body;
      // Some clients send the JSON of 0.3's JSON-RPC here.
      if (isObject(sent) && Array.isArray(sent.parts)) return v03.read(operation, { ...body, message: sent });
      const read = named({ message: sent, configuration }, send) as Json;
      return {
        ...rest,
        message: isObject(read.message) ? readMessage(read.message) : read.message,
        ...(isObject(read.configuration) && { configuration: readConfiguration(read.configuration) }),
      };
    }
    case 'CreateTaskPushNotificationConfig': {
      const { pushNotificationConfig } = ((named(params, config) as Json).config ?? params) as Json;
      return {
        taskId: params.taskId,
        ...(isObject(pushNotificationConfig) && readPushConfig(pushNotificationConfig)),
      };
    }
    case 'ListTasks':
      throw noList();
    default:
      return named(params, { historyLength: opaque }) as Params;
  }
}

/** A client that leaves the default out asks not to block. */
function readConfiguration({ blocking = false, historyLength, pushNotification, acceptedOutputModes }: Json): Json {
  if (typeof blocking !== 'boolean') throw invalid('configuration.blocking', 'a boolean');
  return {
    returnImmediately: !blocking,
    ...(acceptedOutputModes !== undefined && { acceptedOutputModes }),
    // 0 is the default, which means no limit here.
    ...(historyLength !== 0 && { historyLength }),
    ...(isObject(pushNotification) && { taskPushNotificationConfig: readPushConfig(pushNotification) }),
  };
}

function readMessage({ content, ...rest }: Json): Json {
  if (!Array.isArray(content)) throw invalid('message.content', 'an array');
  return { ...rest, parts: content.map((each, index) => readPart(each, `message.content[${index}]`)) };
}

function readPart(value: unknown, name: string): Json {
  if (!isObject(value)) throw invalid(name, 'an object');
  const { text, file, data, metadata } = value;
  const rest = isObject(metadata) ? { metadata } : {};
  if (isObject(file)) {
    const { fileWithUri, fileWithBytes, mimeType, name: filename } = file;
    return {
      ...(fileWithUri !== undefined && { url: fileWithUri }),
      ...(fileWithBytes !== undefined && { raw: fileWithBytes }),
      ...(mimeType !== undefined && { mediaType: mimeType }),
      ...(filename !== undefined && { filename }),
      ...rest,
    };
  }
  if (isObject(data)) return { data: data.data, ...rest };
  if (text === undefined) throw invalid(name, 'a part with text, file or data');
  return { text, ...rest };
}

function writeAnswer(answer: Answer): Json {
  if (answer.kind === 'list') throw noList();
  if (answer.kind === 'message') return { message: writeMessage(answer.message) };
  return answer.kind === 'sent' ? { task: writeTask(answer.task) } : writeTask(answer.task);
}

function writeTask({ status, artifacts, history, ...rest }: Task): Json {
  return {
    ...rest,
    status: writeStatus(status),
    ...(artifacts && { artifacts: artifacts.map(writeArtifact) }),
    ...(history && { history: history.map(writeMessage) }),
  };
}

function writeStatus({ state, message: sent, ...rest }: TaskStatus): Json {
  return {
    ...rest,
    // The .proto file of 0.3 spells this one state so.
    state: state === 'TASK_STATE_CANCELED' ? 'TASK_STATE_CANCELLED' : state,
    ...(sent && { message: writeMessage(sent) }),
  };
}

function writeMessage({ messageId, contextId, taskId, role, parts, metadata, extensions }: Message): Json {
  return {
    messageId,
    ...(contextId !== undefined && { contextId }),
    ...(taskId !== undefined && { taskId }),
    role,
    content: parts.map(writePart),
    ...(metadata && { metadata }),
    ...(extensions && { extensions }),
  };
}

function writeArtifact({ parts, ...rest }: Artifact): Json {
  return { ...rest, parts: parts.map(writePart) };
}

function writePart(sent: Part): Json {
  const rest = sent.metadata === undefined ? {} : { metadata: sent.metadata };
  if ('text' in sent) return { text: sent.text, ...rest };
  if ('data' in sent) return { data: { data: isObject(sent.data) ? sent.data : { value: sent.data } }, ...rest };
  const file = {
    ...('raw' in sent ? { fileWithBytes: sent.raw } : { fileWithUri: sent.url }),
    ...(sent.mediaType !== undefined && { mimeType: sent.mediaType }),
    ...(sent.filename !== undefined && { name: sent.filename }),
  };
  return { file, ...rest };
}

function writeEvent(event: StreamResponse): Json {
  if ('task' in event) return { task: writeTask(event.task) };
  if ('message' in event) return { message: writeMessage(event.message) };
  if ('statusUpdate' in event) {
    const { status, ...rest } = event.statusUpdate;
    return { statusUpdate: { ...rest, status: writeStatus(status), final: turnHasEnded(status.state) } };
  }
  const { artifact, ...rest } = event.artifactUpdate;
  return { artifactUpdate: { ...rest, artifact: writeArtifact(artifact) } };
}
