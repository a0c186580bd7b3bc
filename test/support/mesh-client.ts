export interface ClientCredentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

export interface RpcAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of any shape, taken apart by the tests
  readonly body: any;
}

/** An event of the bus. */
export interface SeenEvent {
  readonly 'detail-type': string;
  // biome-ignore lint/suspicious/noExplicitAny: events of any shape, taken apart by the tests
  readonly detail: any;
}

/** Whether the task of the events has ended. */
export function tellTheEnd(events: readonly SeenEvent[]): boolean {
  return events.some(({ detail }) => detail.data.status?.state === 'TASK_STATE_COMPLETED');
}

/** A message of one text, as a client sends it. */
export function textMessage(text: string) {
  return { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }] };
}

export function bearer(token: string): { authorization: string } {
  return { authorization: `Bearer ${token}` };
}

/** A running mesh as its clients see it, wherever it runs. */
export abstract class MeshClient {
  /** Where the gateway is. */
  abstract readonly url: string;
  abstract readonly tokenUrl: string;
  #token: string | undefined;

  /** Of the client that may call every agent and administer the mesh. */
  protected abstract credentials(): Promise<ClientCredentials> | ClientCredentials;

  /** A client that has these scopes, and no others to give away. */
  abstract clientWith(scopes: readonly string[]): Promise<ClientCredentials> | ClientCredentials;

  /** How many requests of a function are dead letters. */
  abstract deadLetters(functionName: string): Promise<number>;

  /** The events of a correlation, as soon as there are enough: those of a task, once its end is among them. */
  abstract events(
    correlationId: string,
    enough?: (events: readonly SeenEvent[]) => boolean,
  ): Promise<readonly SeenEvent[]>;

  async token(scope?: string): Promise<string> {
    if (scope !== undefined) return this.tokenOf(await this.credentials(), scope);
    this.#token ??= await this.tokenOf(await this.credentials());
    return this.#token;
  }

  async tokenOf({ clientId, clientSecret }: ClientCredentials, scope?: string): Promise<string> {
    const parts = { grant_type: 'client_credentials', ...(scope !== undefined && { scope }) };
    const response = await this.askForToken(parts, `${clientId}:${encodeURIComponent(clientSecret)}`);
    const body = (await response.json()) as { access_token?: string };
    if (body.access_token === undefined) throw new Error(`no token: ${JSON.stringify(body)}`);
    return body.access_token;
  }

  /** @param basic `id:secret`, each form-encoded */
  async askForToken(parts: Record<string, string>, basic?: string): Promise<Response> {
    return fetch(this.tokenUrl, {
      method: 'POST',
      headers: basic === undefined ? {} : { authorization: `Basic ${btoa(basic)}` },
      body: new URLSearchParams(parts),
    });
  }

  /** With credentials that are wrong in some way. */
  async credentialsWith(changes: Partial<ClientCredentials>): Promise<string> {
    const { clientId, clientSecret } = { ...(await this.credentials()), ...changes };
    return `${clientId}:${encodeURIComponent(clientSecret)}`;
  }

  async post(agent: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}/agents/${agent}`, {
      method: 'POST',
      headers: {
        ...bearer(await this.token()),
        'content-type': 'application/json',
        'a2a-version': '1.0',
        ...headers,
      },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  async rpc(agent: string, method: string, params: unknown, headers: Record<string, string> = {}): Promise<RpcAnswer> {
    const response = await this.post(agent, { jsonrpc: '2.0', id: 1, method, params }, headers);
    return { status: response.status, headers: response.headers, body: await response.json() };
  }

  /** Sends a text as a message, and gives the task of the answer. */
  // biome-ignore lint/suspicious/noExplicitAny: a task of any shape, taken apart by the tests
  async send(agent: string, text: string, more: { message?: object; configuration?: object } = {}): Promise<any> {
    const { body } = await this.rpc(agent, 'SendMessage', {
      message: { ...textMessage(text), ...more.message },
      ...(more.configuration && { configuration: more.configuration }),
    });
    if (body.error) throw new Error(JSON.stringify(body.error));
    return body.result.task;
  }

  /** The task as it stands. */
  // biome-ignore lint/suspicious/noExplicitAny: a task of any shape, taken apart by the tests
  async task(agent: string, id: string): Promise<any> {
    return (await this.rpc(agent, 'GetTask', { id })).body.result;
  }

  async admin(pathAndQuery: string): Promise<Response> {
    return fetch(`${this.url}${pathAndQuery}`, { headers: bearer(await this.token()) });
  }
}
