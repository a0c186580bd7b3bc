import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from './fixtures.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** The mesh with the agents of test/fixtures/mesh. */
export const fixtureConfig = path.join(root, 'test/fixtures/mesh/serverless.yml');

export interface MeshOptions {
  /** The project's own serverless.yml when not given. */
  readonly config?: string;
  /** A folder of an earlier mesh; a new one, removed at the end, when not given. */
  readonly data?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RpcAnswer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of any shape, taken apart by the tests
  readonly body: any;
}

/** A standalone mesh in a process of its own, as `npm start` runs it. */
export class Mesh {
  readonly url: string;
  readonly data: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<Exit>;
  readonly #output: () => string;
  readonly #ownsData: boolean;
  #token: string | undefined;

  private constructor(parts: {
    url: string;
    data: string;
    ownsData: boolean;
    child: ChildProcess;
    exited: Promise<Exit>;
    output: () => string;
  }) {
    this.url = parts.url;
    this.data = parts.data;
    this.#ownsData = parts.ownsData;
    this.#child = parts.child;
    this.#exited = parts.exited;
    this.#output = parts.output;
  }

  static async start(options: MeshOptions = {}): Promise<Mesh> {
    const data = options.data ?? temporaryFolder();
    const { child, exited, output } = spawnMesh({ ...options, data });
    const url = await new Promise<string>((resolve, reject) => {
      child.stdout?.on('data', () => {
        const [, found] = /Starling is ready at (\S+)/.exec(output()) ?? [];
        if (found) resolve(found);
      });
      void exited.then(({ code }) =>
        reject(new Error(`the mesh ended with ${code} before it was ready:\n${output()}`)),
      );
    });
    return new Mesh({ url, data, ownsData: options.data === undefined, child, exited, output });
  }

  get output(): string {
    return this.#output();
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  get exited(): Promise<Exit> {
    return this.#exited;
  }

  get client(): { clientId: string; clientSecret: string } {
    return JSON.parse(readFileSync(path.join(this.data, 'client.json'), 'utf8'));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ctrl-C, and removes the data folder unless it was given or is to be kept. */
  async stop({ keep = false } = {}): Promise<Exit> {
    this.#child.kill('SIGINT');
    const exit = await this.#exited;
    if (this.#ownsData && !keep) rmSync(this.data, { recursive: true, force: true });
    return exit;
  }

  async token(scope?: string): Promise<string> {
    if (scope === undefined && this.#token) return this.#token;
    const { clientId, clientSecret } = this.client;
    const response = await fetch(`${this.url}/oauth2/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${btoa(`${clientId}:${clientSecret}`)}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...(scope !== undefined && { scope }) }),
    });
    const body = (await response.json()) as { access_token?: string };
    if (body.access_token === undefined) throw new Error(`no token: ${JSON.stringify(body)}`);
    if (scope === undefined) this.#token = body.access_token;
    return body.access_token;
  }

  async post(agent: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> {
    return fetch(`${this.url}/agents/${agent}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${await this.token()}`, 'a2a-version': '1.0', ...headers },
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
      message: { messageId: crypto.randomUUID(), role: 'ROLE_USER', parts: [{ text }], ...more.message },
      ...(more.configuration && { configuration: more.configuration }),
    });
    if (body.error) throw new Error(JSON.stringify(body.error));
    return body.result.task;
  }

  async admin(pathAndQuery: string): Promise<Response> {
    return fetch(`${this.url}${pathAndQuery}`, { headers: { authorization: `Bearer ${await this.token()}` } });
  }
}

/** Runs a mesh that is expected to end by itself. */
export async function failingStart(options: MeshOptions & { data?: string } = {}): Promise<Exit & { output: string }> {
  const data = options.data ?? temporaryFolder();
  const { exited, output, child } = spawnMesh({ ...options, data });
  const timer = setTimeout(() => child.kill('SIGKILL'), 15_000);
  const exit = await exited;
  clearTimeout(timer);
  if (options.data === undefined) rmSync(data, { recursive: true, force: true });
  return { ...exit, output: output() };
}

function spawnMesh({ data, config, env = {} }: MeshOptions & { data: string }) {
  const child = spawn(process.execPath, ['services/standalone/main.ts'], {
    cwd: root,
    env: {
      ...withoutOurs(process.env),
      STARLING_PORT: '0',
      STARLING_LOG_LEVEL: 'INFO',
      STARLING_DATA: data,
      ...(config && { STARLING_CONFIG: config }),
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const collect = (chunk: Buffer) => {
    text += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  const exited = new Promise<Exit>((resolve) => child.once('close', (code, signal) => resolve({ code, signal })));
  return { child, exited, output: () => text };
}

/** What a developer's shell has set for another mesh is not for this one. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith('STARLING_')));
}
