import type { StreamResponse, Task } from '#shared/a2a/types.ts';
import type { ClientCredentials } from '#test/support/mesh-client.ts';
import { Unanswered, untilAnswered } from './retry.ts';

/** Of one request (milliseconds): the mesh itself lets a call wait for 25 s. */
const TIMEOUT = 60_000;

/** One event of a stream: its place in the task's log and what is there. */
export interface StreamedEvent {
  readonly position: number;
  readonly response: StreamResponse;
}

/** A2A's own error of a call. */
export class CallError extends Error {
  override readonly name = 'CallError';
}

/** A client of the gateway which outlives the mesh: each request fails with Unanswered when there is no good answer. */
export class A2AClient {
  readonly #url: string;
  readonly #credentials: () => ClientCredentials;
  #token: Promise<string> | undefined;

  constructor(url: string, credentials: () => ClientCredentials) {
    this.#url = url;
    this.#credentials = credentials;
  }

  /** @throws Unanswered @throws CallError */
  async call<Result>(agent: string, method: string, params: object): Promise<Result> {
    const response = await this.#post(`/agents/${agent}`, { jsonrpc: '2.0', id: 1, method, params });
    const { result, error } = (await json(response)) as { result?: Result; error?: { message: string } };
    if (error !== undefined) throw new CallError(`${method} of ${agent}: ${JSON.stringify(error)}`);
    if (result === undefined) throw new CallError(`${method} of ${agent} gave neither result nor error`);
    return result;
  }

  /** The task as it stands. */
  task(agent: string, id: string): Promise<Task> {
    return untilAnswered(() => this.call<Task>(agent, 'GetTask', { id }));
  }

  /**
   * The events of a stream as they come. It ends when the mesh ends it, and by Unanswered when it breaks off.
   *
   * @param lastEventId the last that the client has
   */
  async *stream(agent: string, method: string, params: object, lastEventId?: number): AsyncGenerator<StreamedEvent> {
    const headers = { ...(lastEventId !== undefined && { 'last-event-id': String(lastEventId) }) };
    const response = await this.#post(`/agents/${agent}`, { jsonrpc: '2.0', id: 1, method, params }, headers);
    const type = response.headers.get('content-type') ?? '';
    if (!type.startsWith('text/event-stream'))
      throw new CallError(`${method}: ${JSON.stringify(await json(response))}`);
    for await (const { id, data } of serverSentEvents(response)) {
      yield { position: id, response: JSON.parse(data).result };
    }
  }

  /** The archive's events that match the pattern, from the first on and then as they pass. */
  async *archive(pattern: object): AsyncGenerator<string> {
    const response = await this.admin(`/admin/events?after=0&pattern=${encodeURIComponent(JSON.stringify(pattern))}`);
    for await (const { data } of serverSentEvents(response)) yield data;
  }

  /** @throws Unanswered */
  async putEvents(contentType: string, body: unknown): Promise<unknown> {
    return json(await this.#post('/events', body, { 'content-type': contentType }));
  }

  /** GET of the admin API. @throws Unanswered */
  async admin(pathAndQuery: string): Promise<Response> {
    return this.#fetch(pathAndQuery, {});
  }

  #post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return this.#fetch(path, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json', 'a2a-version': '1.0', ...headers },
    });
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    this.#token ??= untilAnswered(() => this.#askForToken());
    const authorization = `Bearer ${await this.#token}`;
    const headers = { ...(init.headers as Record<string, string> | undefined), authorization };
    const response = await fetched(`${this.#url}${path}`, { ...init, headers, signal: AbortSignal.timeout(TIMEOUT) });
    if (response.status === 401) {
      this.#token = undefined;
      throw new Unanswered('the token has expired');
    }
    return response;
  }

  async #askForToken(): Promise<string> {
    const { clientId, clientSecret } = this.#credentials();
    const response = await fetched(`${this.#url}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${encodeURIComponent(clientSecret)}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials' }),
    });
    const { access_token: token } = (await json(response)) as { access_token?: string };
    if (token === undefined) throw new CallError(`no token, but ${response.status}`);
    return token;
  }
}

/** @throws Unanswered when there is no answer, or 503: the mesh is not ready, or ready no more */
async function fetched(url: string, init: RequestInit): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(url, init);
  } catch (cause) {
    throw new Unanswered('no answer', { cause });
  }
  if (response.status === 503) {
    await response.body?.cancel();
    throw new Unanswered('not ready');
  }
  return response;
}

async function json(response: Response): Promise<unknown> {
  let text: string;
  try {
    text = await response.text();
  } catch (cause) {
    throw new Unanswered('the answer broke off', { cause });
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CallError(`${response.status} with no JSON: ${text.slice(0, 200)}`, { cause });
  }
}

/** @throws Unanswered when the stream breaks off */
async function* serverSentEvents(response: Response): AsyncGenerator<{ readonly id: number; readonly data: string }> {
  let text = '';
  try {
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const [, id, data] = /^id: (\d+)\ndata: (.*)$/s.exec(block) ?? [];
        if (data !== undefined) yield { id: Number(id), data };
      }
    }
  } catch (cause) {
    throw new Unanswered('the stream broke off', { cause });
  }
}
