import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';

export interface FakeRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** The JSON-RPC request of a call of an agent. */
export interface FakeCall {
  readonly agent: string;
  readonly method: string;
  // biome-ignore lint/suspicious/noExplicitAny: whatever the command sent, for the test to look at.
  readonly params: any;
  readonly headers: IncomingMessage['headers'];
}

export class Answer {
  readonly #response: ServerResponse;

  constructor(response: ServerResponse) {
    this.#response = response;
  }

  json(body: unknown, status = 200, headers: Record<string, string> = {}): void {
    this.#response.writeHead(status, { 'content-type': 'application/json', ...headers });
    this.#response.end(JSON.stringify(body));
  }

  result(result: unknown, headers: Record<string, string> = {}): void {
    this.json({ jsonrpc: '2.0', id: 1, result }, 200, headers);
  }

  error(code: number, reason: string, message: string, metadata: object = {}): void {
    const data = [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason, domain: 'starling', metadata }];
    this.json({ jsonrpc: '2.0', id: 1, error: { code, message, data } });
  }

  /** An answer that has no body. */
  empty(): void {
    this.#response.writeHead(204);
    this.#response.end();
  }

  html(status: number): void {
    this.#response.writeHead(status, { 'content-type': 'text/html' });
    this.#response.end('<p>Hello</p>');
  }

  /** Begins a stream of server-sent events. */
  sse(headers: Record<string, string> = {}): this {
    this.#response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...headers });
    this.#response.flushHeaders();
    return this;
  }

  /** Writes to the stream as it is. */
  raw(chunk: string | Buffer): this {
    this.#response.write(chunk);
    return this;
  }

  event(id: number, data: unknown): this {
    return this.raw(`id: ${id}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** One event of a JSON-RPC stream. */
  update(id: number, result: unknown): this {
    return this.event(id, { jsonrpc: '2.0', id: 1, result });
  }

  end(): void {
    this.#response.end();
  }

  /** Cuts the connection. */
  cut(): void {
    this.#response.destroy();
  }
}

/** A mesh that says what the test tells it to, in the words of the real one. */
export class FakeMesh {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'starling-cli-'));
  readonly requests: FakeRequest[] = [];
  readonly calls: FakeCall[] = [];
  /** What agents answer, and what the admin API does. */
  onCall: (call: FakeCall, answer: Answer) => void = (_call, answer) => answer.html(500);
  onAdmin: (request: FakeRequest, answer: Answer) => void = (_request, answer) => answer.html(500);
  onEvents: (request: FakeRequest, answer: Answer) => void = (_request, answer) => answer.html(500);
  onToken: (request: FakeRequest, answer: Answer) => void = (_request, answer) =>
    answer.json({ access_token: `token-${++this.#tokens}`, token_type: 'Bearer', expires_in: 3600 });
  #tokens = 0;
  readonly #waiting = new Set<() => void>();
  #server: Server | undefined;
  #port = 0;

  constructor() {
    this.credentials({ clientId: 'starling-cli', clientSecret: 'the-secret' });
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  credentials(content: object | string): void {
    const json = typeof content === 'string' ? content : JSON.stringify(content);
    writeFileSync(path.join(this.folder, 'client.json'), json, { mode: 0o600 });
  }

  /** Starts, again on the port it had. */
  async start(): Promise<this> {
    const server = createServer((request, response) => void this.#serve(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    return this;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Resolves when the condition holds. It is looked at after each request, so the wait is as long as it needs to be. */
  until(condition: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!condition()) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
      look();
    });
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(incoming.url ?? '/', this.url);
    const { method = '', headers } = incoming;
    const request: FakeRequest = { method, url, headers, body: await text(incoming) };
    this.requests.push(request);
    await this.#answer(request, new Answer(response));
    for (const look of this.#waiting) look();
  }

  async #answer(request: FakeRequest, answer: Answer): Promise<void> {
    const { url, headers } = request;
    const [, root, name] = url.pathname.split('/');
    if (root === 'oauth2') return this.onToken(request, answer);
    if (root === 'health') return answer.json({ status: 'ok' });
    if (root === 'admin') return this.onAdmin(request, answer);
    if (root === 'events') return this.onEvents(request, answer);
    const call = { agent: name ?? '', headers, ...(JSON.parse(request.body) as { method: string; params: unknown }) };
    this.calls.push(call);
    this.onCall(call, answer);
  }
}
