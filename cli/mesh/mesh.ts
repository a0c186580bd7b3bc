import { POSITION_HEADER } from '#shared/admin/schemas.ts';
import { parseJson } from '#shared/exact-json.ts';
import { isObject } from '#shared/objects.ts';
import { CliError, MeshError, UnreachableError } from '../errors.ts';
import type { Io } from '../io.ts';
import { meshError, readJson, send, unreachable } from './http.ts';
import { readSse, type SseMessage } from './sse.ts';
import { type GlobalOptions, readTarget, type Target } from './target.ts';
import { fetchToken } from './token.ts';

export interface StreamOptions {
  /** The id of the last message that was read. The stream resumes behind it. */
  readonly lastEventId?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface EventStream {
  /** Counts as the id of the last message until the first message comes. */
  readonly position: string | undefined;
  readonly messages: AsyncIterable<SseMessage>;
}

/**
 * A client of one mesh. Its methods send the access token, and throw UnreachableError, MeshError or CliError with a message
 * for the person.
 *
 * @example
 * const mesh = await Mesh.open(options, io);
 * const { agents } = await mesh.get<AdminAgents>('/admin/agents');
 */
export class Mesh {
  readonly #target: Target;
  #token: Promise<string> | undefined;
  #reached = false;

  constructor(target: Target) {
    this.#target = target;
  }

  /** The mesh that the options and the environment name. */
  static async open(options: GlobalOptions, io: Io): Promise<Mesh> {
    return new Mesh(await readTarget(options, io));
  }

  /** Whether the mesh has answered at least once. A connection that breaks later can come back. */
  get reached(): boolean {
    return this.#reached;
  }

  /** @template Answer the type that shared/admin/schemas.ts has for this path */
  get<Answer>(path: string, signal?: AbortSignal): Promise<Answer> {
    return this.#request(path, { method: 'GET', ...(signal && { signal }) });
  }

  /**
   * Sends a value as JSON. It is sent once, except when the token has expired: a mesh refuses such a request before it does
   * anything.
   *
   * @template Answer undefined where the mesh answers with 204
   */
  post<Answer>(path: string, body: unknown, contentType = 'application/json'): Promise<Answer> {
    return this.#request(path, withJson('POST', body, contentType));
  }

  /** @param body JSON that tells what to delete, where the path does not tell all */
  delete<Answer>(path: string, body?: unknown): Promise<Answer> {
    return this.#request(path, body === undefined ? { method: 'DELETE' } : withJson('DELETE', body));
  }

  /** Calls an agent by JSON-RPC with a method of A2A 1.0. */
  async rpc(
    agent: string,
    method: string,
    params: unknown,
    signal?: AbortSignal,
  ): Promise<{ readonly result: unknown }> {
    const { url } = this.#target;
    const [path, init] = rpcRequest(agent, method, params);
    const response = await this.#send(path, { ...init, ...(signal && { signal }) });
    const body = await readJson(url, response);
    if (!response.ok || !isObject(body) || !('result' in body)) throw meshError(body, response.status);
    return { result: body.result };
  }

  /** Calls an agent by JSON-RPC with a method that answers with a stream of results. */
  async *rpcStream(
    agent: string,
    method: string,
    params: unknown,
    options: StreamOptions = {},
  ): AsyncIterable<{ readonly id: string; readonly result: unknown }> {
    const [path, init] = rpcRequest(agent, method, params);
    const response = await this.#send(path, withStream(init, options));
    for await (const { id, data } of this.#messages(response, options)) {
      const body = parseMessage(data);
      if (!isObject(body) || !('result' in body)) throw meshError(body, response.status);
      yield { id, result: body.result };
    }
  }

  /** Opens a stream of the admin API. */
  async stream(path: string, options: StreamOptions): Promise<EventStream> {
    const response = await this.#send(path, withStream({}, options));
    if (!isStream(response)) throw meshError(await readJson(this.#target.url, response), response.status);
    return {
      position: response.headers.get(POSITION_HEADER) ?? undefined,
      messages: this.#messages(response, options),
    };
  }

  async #request<Answer>(path: string, init: RequestInit): Promise<Answer> {
    const response = await this.#send(path, init);
    const body = await readJson(this.#target.url, response);
    if (!response.ok) throw meshError(body, response.status);
    return body as Answer;
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

  /** Sends with a token. A long tail outlives its token, so an answer 401 leads to one more try with a new token. */
  async #send(path: string, init: RequestInit): Promise<Response> {
    const { url } = this.#target;
    const known = this.#token;
    this.#token ??= this.#fetchToken(init.signal);
    const response = await send(url, path, authorized(init, await this.#await(this.#token)));
    if (response.status !== 401 || known === undefined) return response;
    await response.body?.cancel();
    this.#token = this.#fetchToken(init.signal);
    return send(url, path, authorized(init, await this.#await(this.#token)));
  }

  async #fetchToken(signal: AbortSignal | null | undefined): Promise<string> {
    try {
      const token = await fetchToken(this.#target, signal ?? undefined);
      this.#reached = true;
      return token;
    } catch (error) {
      if (error instanceof MeshError) this.#reached = true;
      throw error;
    }
  }

  /** Forgets a token that could not be fetched, so that the next call asks again. */
  async #await(token: Promise<string>): Promise<string> {
    try {
      return await token;
    } catch (error) {
      this.#token = undefined;
      throw error;
    }
  }
}

/** Reads the JSON of one message of a stream. @throws CliError */
export function parseMessage(data: string): unknown {
  try {
    return parseJson(data);
  } catch (error) {
    throw new CliError(
      'NOT_A_MESH',
      'The mesh sent an event that is not JSON. Check --url, STARLING_URL and STARLING_PORT.',
      { cause: error },
    );
  }
}

function withJson(method: string, body: unknown, contentType = 'application/json'): RequestInit {
  return { method, headers: { 'content-type': contentType }, body: JSON.stringify(body) };
}

function rpcRequest(agent: string, method: string, params: unknown): [path: string, init: RequestInit] {
  const init = withJson('POST', { jsonrpc: '2.0', id: 1, method, params });
  return [`/agents/${encodeURIComponent(agent)}`, withHeader(init, 'a2a-version', '1.0')];
}

function withStream(init: RequestInit, { lastEventId, signal }: StreamOptions): RequestInit {
  let streaming = withHeader(init, 'accept', 'text/event-stream');
  if (lastEventId) streaming = withHeader(streaming, 'last-event-id', lastEventId);
  return { ...streaming, ...(signal && { signal }) };
}

function authorized(init: RequestInit, token: string): RequestInit {
  return withHeader(init, 'authorization', `Bearer ${token}`);
}

function withHeader(init: RequestInit, name: string, value: string): RequestInit {
  const headers = new Headers(init.headers);
  headers.set(name, value);
  return { ...init, headers };
}

function isStream(response: Response): boolean {
  return response.ok && (response.headers.get('content-type') ?? '').startsWith('text/event-stream');
}

/** Whether the mesh runs but cannot answer now, for example while it stops. */
export function isPassing(error: unknown): boolean {
  return error instanceof MeshError && error.httpStatus >= 500;
}

/**
 * Whether the request may not have reached the mesh: the connection broke, or the mesh or its gateway on AWS was not there.
 * Any other error is an answer of the mesh.
 */
export function isAway(error: unknown): boolean {
  if (error instanceof UnreachableError) return true;
  return error instanceof MeshError && (error.code === 'NOT_READY' || /^HTTP_50[234]$/.test(error.code));
}
