import { POSITION_HEADER } from '#shared/admin/types.ts';
import type { PutEventsAnswer } from '#shared/events/put-answers.ts';
import { isObject } from '#shared/objects.ts';
import { CliError, MeshError } from '../errors.ts';
import { meshError, readJson, send, unreachable } from './http.ts';
import { readSse, type SseMessage } from './sse.ts';
import type { Target } from './target.ts';
import { fetchToken } from './token.ts';

export interface RpcAnswer {
  readonly result: unknown;
  /** Of the call of a skill by its name. */
  readonly taskId: string | undefined;
}

export interface StreamOptions {
  /** The id of the last message of the stream before, to go on behind it. */
  readonly lastEventId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EventStream {
  /** The id that counts as the last one until a message has come. */
  readonly position: string | undefined;
  readonly messages: AsyncIterable<SseMessage>;
}

/** One mesh over HTTP. Its methods throw UnreachableError, MeshError and CliError, all fit to be shown. */
export class Mesh {
  readonly #target: Target;
  #token: Promise<string> | undefined;

  constructor(target: Target) {
    this.#target = target;
  }

  /** GET of the admin API, whose answers stand in shared/admin/types.ts. */
  async get<Answer>(path: string): Promise<Answer> {
    const { url } = this.#target;
    const response = await this.#send(path, {});
    const body = await readJson(url, response);
    if (!response.ok) throw meshError(body, response.status);
    return body as Answer;
  }

  /** @param batch CloudEvents as a JSON array */
  async putEvents(batch: string): Promise<PutEventsAnswer> {
    const { url } = this.#target;
    const headers = { 'content-type': 'application/cloudevents-batch+json' };
    const response = await this.#send('/events', { method: 'POST', headers, body: batch });
    const body = await readJson(url, response);
    if (!response.ok) throw meshError(body, response.status);
    return body as PutEventsAnswer;
  }

  /** A JSON-RPC call of an agent: a method of A2A 1.0, or one of its skills. */
  async rpc(agent: string, method: string, params: unknown): Promise<RpcAnswer> {
    const { url } = this.#target;
    const response = await this.#send(...rpcRequest(agent, method, params));
    const body = await readJson(url, response);
    if (!response.ok || !isObject(body) || !('result' in body)) throw meshError(body, response.status);
    return { result: body.result, taskId: response.headers.get('starling-task-id') ?? undefined };
  }

  /** A JSON-RPC call that is answered by a stream of results. */
  async *rpcStream(
    agent: string,
    method: string,
    params: unknown,
    options: StreamOptions = {},
  ): AsyncIterable<{ readonly id: string; readonly result: unknown }> {
    const [path, init] = rpcRequest(agent, method, params);
    const response = await this.#send(path, withStream(init, options));
    for await (const { id, data } of this.#messages(response, options)) {
      const body: unknown = JSON.parse(data);
      if (!isObject(body) || !('result' in body)) throw meshError(body, response.status);
      yield { id, result: body.result };
    }
  }

  /** A stream of the admin API. */
  async stream(path: string, options: StreamOptions): Promise<EventStream> {
    const response = await this.#send(path, withStream({}, options));
    if (!isStream(response)) throw meshError(await readJson(this.#target.url, response), response.status);
    return {
      position: response.headers.get(POSITION_HEADER) ?? undefined,
      messages: this.#messages(response, options),
    };
  }

  async *#messages(response: Response, { signal }: StreamOptions): AsyncIterable<SseMessage> {
    const { url } = this.#target;
    if (!isStream(response)) throw meshError(await readJson(url, response), response.status);
    try {
      if (response.body) yield* readSse(response.body);
    } catch (error) {
      throw signal?.aborted || error instanceof CliError ? error : unreachable(url, error);
    }
  }

  /** Sends with a token; when it is refused, once more with a new one, as a long tail outlives its first. */
  async #send(path: string, init: RequestInit): Promise<Response> {
    const { url } = this.#target;
    const known = this.#token;
    this.#token ??= fetchToken(this.#target);
    const response = await send(url, path, authorized(init, await this.#await(this.#token)));
    if (response.status !== 401 || known === undefined) return response;
    await response.body?.cancel();
    this.#token = fetchToken(this.#target);
    return send(url, path, authorized(init, await this.#await(this.#token)));
  }

  /** A token that could not be had is asked for again by the next call. */
  async #await(token: Promise<string>): Promise<string> {
    try {
      return await token;
    } catch (error) {
      this.#token = undefined;
      throw error;
    }
  }
}

function rpcRequest(agent: string, method: string, params: unknown): [path: string, init: RequestInit] {
  return [
    `/agents/${encodeURIComponent(agent)}`,
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'a2a-version': '1.0' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    },
  ];
}

function withStream(init: RequestInit, { lastEventId, signal }: StreamOptions): RequestInit {
  const headers = new Headers(init.headers);
  headers.set('accept', 'text/event-stream');
  if (lastEventId) headers.set('last-event-id', lastEventId);
  return { ...init, headers, ...(signal && { signal }) };
}

function authorized(init: RequestInit, token: string): RequestInit {
  const headers = new Headers(init.headers);
  headers.set('authorization', `Bearer ${token}`);
  return { ...init, headers };
}

function isStream(response: Response): boolean {
  return response.ok && (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
}

/** Whether the mesh is there but cannot answer now, as while it stops. */
export function isPassing(error: unknown): boolean {
  return error instanceof MeshError && error.httpStatus >= 500;
}
