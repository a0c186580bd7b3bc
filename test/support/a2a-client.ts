import type { MeshClient } from './mesh-client.ts';

/** A form of A2A on the wire. */
export interface Form {
  readonly binding: 'JSONRPC' | 'HTTP+JSON';
  readonly version: '1.0' | '0.3';
}

export const forms: readonly Form[] = (['JSONRPC', 'HTTP+JSON'] as const).flatMap((binding) =>
  (['1.0', '0.3'] as const).map((version) => ({ binding, version })),
);

// biome-ignore lint/suspicious/noExplicitAny: answers of any shape, taken apart by the tests
type Json = any;

/** An answer under the names of A2A 1.0's JSON-RPC, whatever its form was. */
export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
  readonly result?: Json;
  readonly error?: { readonly code: number; readonly reason: string; readonly details: readonly Json[] };
}

const codes: Readonly<Record<string, number>> = {
  TASK_NOT_FOUND: -32001,
  TASK_NOT_CANCELABLE: -32002,
  PUSH_NOTIFICATION_NOT_SUPPORTED: -32003,
  UNSUPPORTED_OPERATION: -32004,
  CONTENT_TYPE_NOT_SUPPORTED: -32005,
  EXTENSION_SUPPORT_REQUIRED: -32008,
  VERSION_NOT_SUPPORTED: -32009,
  PARSE_ERROR: -32700,
  INVALID_REQUEST: -32600,
  METHOD_NOT_FOUND: -32601,
  INVALID_PARAMS: -32602,
  AGENT_NOT_FOUND: -32050,
  IDEMPOTENCY_KEY_REUSED: -32058,
};

const legacyMethods: Readonly<Record<string, string>> = {
  SendMessage: 'message/send',
  SendStreamingMessage: 'message/stream',
  GetTask: 'tasks/get',
  CancelTask: 'tasks/cancel',
  SubscribeToTask: 'tasks/resubscribe',
  GetTaskPushNotificationConfig: 'tasks/pushNotificationConfig/get',
  GetExtendedAgentCard: 'agent/getAuthenticatedExtendedCard',
};

/** A client that writes a call in one form, with nothing but `fetch`. */
export class FormClient {
  readonly #mesh: MeshClient;
  readonly #form: Form;
  readonly #agent: string;

  constructor(mesh: MeshClient, form: Form, agent = 'echo') {
    this.#mesh = mesh;
    this.#form = form;
    this.#agent = agent;
  }

  get isLegacy(): boolean {
    return this.#form.version === '0.3';
  }

  /** The same text message in the form's own JSON. */
  message(text: string, more: Json = {}): Json {
    const message = { messageId: crypto.randomUUID(), role: 'ROLE_USER', ...more };
    if (!this.isLegacy) return { parts: [{ text }], ...message };
    if (this.#form.binding === 'HTTP+JSON') return { content: [{ text }], ...message };
    return { kind: 'message', parts: [{ kind: 'text', text }], ...message, role: 'user' };
  }

  async send(text: string, more: Json = {}): Promise<Answered> {
    return this.call('SendMessage', { message: this.message(text, more) });
  }

  async call(operation: string, params: Json, headers: Record<string, string> = {}): Promise<Answered> {
    const response = await this.request(operation, params, headers);
    const text = await response.text();
    const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
    return this.#answered(response, JSON.parse(isStream ? text.slice('data: '.length) : text));
  }

  request(operation: string, params: Json, headers: Record<string, string> = {}): Promise<Response> {
    return this.#form.binding === 'JSONRPC'
      ? this.#rpc(operation, params, headers)
      : this.#http(operation, params, headers);
  }

  /** The events of a stream, each in the form's own JSON. */
  async stream(operation: string, params: Json, headers: Record<string, string> = {}): Promise<readonly Json[]> {
    const text = await (await this.request(operation, params, headers)).text();
    return text.split('\n\n').flatMap((event) => {
      const [, data] = /^data: (.*)$/m.exec(event) ?? [];
      if (data === undefined) return [];
      return [this.#form.binding === 'JSONRPC' ? JSON.parse(data).result : JSON.parse(data)];
    });
  }

  #rpc(operation: string, params: Json, headers: Record<string, string>): Promise<Response> {
    const method = this.isLegacy ? legacyMethods[operation] : operation;
    const version = { 'a2a-version': this.#form.version };
    return this.#mesh.post(this.#agent, { jsonrpc: '2.0', id: 1, method, params }, { ...version, ...headers });
  }

  async #http(operation: string, params: Json, headers: Record<string, string>): Promise<Response> {
    const { method, path, body } = httpOf(operation, params);
    const prefix = this.isLegacy ? '/v1' : '';
    return fetch(`${this.#mesh.url}/agents/${this.#agent}${prefix}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await this.#mesh.token()}`,
        'content-type': 'application/json',
        'a2a-version': this.#form.version,
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  }

  #answered(response: Response, body: Json): Answered {
    const { status, headers } = response;
    const rpc = this.#form.binding === 'JSONRPC';
    const failure = rpc || !this.isLegacy ? body.error : status >= 400 ? body : undefined;
    if (failure === undefined) return { status, headers, body, result: rpc ? body.result : body };
    const details = failure.data ?? failure.details;
    const { reason } = details[0];
    const code = rpc || this.isLegacy ? failure.code : codes[reason];
    return { status, headers, body, error: { code, reason, details } };
  }
}

function httpOf(operation: string, params: Json): { method: string; path: string; body?: Json } {
  const { id, taskId, ...query } = params;
  const search = new URLSearchParams(query).toString();
  const task = `/tasks/${encodeURIComponent(id ?? taskId ?? '')}`;
  switch (operation) {
    case 'SendMessage':
      return { method: 'POST', path: '/message:send', body: params };
    case 'SendStreamingMessage':
      return { method: 'POST', path: '/message:stream', body: params };
    case 'GetTask':
      return { method: 'GET', path: `${task}${search && `?${search}`}` };
    case 'ListTasks':
      return { method: 'GET', path: `/tasks${search && `?${search}`}` };
    case 'CancelTask':
      return { method: 'POST', path: `${task}:cancel`, body: {} };
    case 'SubscribeToTask':
      return { method: 'POST', path: `${task}:subscribe` };
    case 'GetTaskPushNotificationConfig':
      return { method: 'GET', path: `/tasks/${taskId}/pushNotificationConfigs/${id}` };
    default:
      return { method: 'GET', path: '/extendedAgentCard' };
  }
}
