import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { SqliteClientStore } from '#adapters/sqlite/client-store.ts';
import { Database } from '#adapters/sqlite/database.ts';
import { hashSecret } from '#shared/security/client-secret.ts';
import { temporaryFolder } from './fixtures.ts';
import { type ClientCredentials, MeshClient, type SeenEvent, tellTheEnd } from './mesh-client.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** The mesh with the agents of test/fixtures/mesh. */
export const fixtureConfig = path.join(root, 'test/fixtures/mesh/serverless.yml');

/**
 * Writes the test mesh's serverless.yml, changed, into a folder.
 *
 * @returns the path of the file
 */
export function writeFixtureConfig(folder: string, change = (text: string) => text): string {
  const text = readFileSync(fixtureConfig, 'utf8')
    .replaceAll('handler: ../../../', `handler: ${path.relative(folder, root)}/`)
    .replace(/handler: (?=agents\/|consumers\/)/g, `handler: ${path.relative(folder, path.dirname(fixtureConfig))}/`);
  const file = path.join(folder, 'serverless.yml');
  writeFileSync(file, change(text));
  return file;
}

export interface MeshOptions {
  /** The project's own serverless.yml when not given. */
  readonly config?: string;
  /** A folder of an earlier mesh; a new one, removed at the end, when not given. */
  readonly data?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Clients that there are beside the first, by their scopes. */
  readonly clients?: readonly (readonly string[])[];
  /** Starts the mesh below its supervisor, as `npm start` does. Signals go to the supervisor then. */
  readonly supervised?: boolean;
  /** A command that runs the mesh as its last words say, in the same process. */
  readonly under?: readonly string[];
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A standalone mesh in a process of its own. */
export class Mesh extends MeshClient {
  readonly url: string;
  readonly data: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<Exit>;
  readonly #output: () => string;
  readonly #ownsData: boolean;
  readonly #clients: ReadonlyMap<string, ClientCredentials>;

  private constructor(parts: {
    url: string;
    data: string;
    ownsData: boolean;
    child: ChildProcess;
    exited: Promise<Exit>;
    output: () => string;
    clients: ReadonlyMap<string, ClientCredentials>;
  }) {
    super();
    this.url = parts.url;
    this.data = parts.data;
    this.#ownsData = parts.ownsData;
    this.#child = parts.child;
    this.#exited = parts.exited;
    this.#output = parts.output;
    this.#clients = parts.clients;
  }

  static async start(options: MeshOptions = {}): Promise<Mesh> {
    const data = options.data ?? temporaryFolder();
    const clients = await addClients(data, options.clients ?? []);
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
    return new Mesh({ url, data, ownsData: options.data === undefined, child, exited, output, clients });
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

  get client(): ClientCredentials {
    return JSON.parse(readFileSync(path.join(this.data, 'client.json'), 'utf8'));
  }

  get tokenUrl(): string {
    return `${this.url}/oauth2/token`;
  }

  protected credentials(): ClientCredentials {
    return this.client;
  }

  /** One of those it was started with. */
  clientWith(scopes: readonly string[]): ClientCredentials {
    const client = this.#clients.get(scopes.join(' '));
    if (client === undefined) throw new Error(`the mesh was started without a client for ${scopes.join(' ')}`);
    return client;
  }

  async deadLetters(functionName: string): Promise<number> {
    const metrics = await (await this.admin('/metrics')).text();
    const [, count = '0'] =
      new RegExp(`^starling_dead_letters_total\\{function="${functionName}"\\} (\\d+)$`, 'm').exec(metrics) ?? [];
    return Number(count);
  }

  async events(correlationId: string, enough = tellTheEnd) {
    const pattern = JSON.stringify({ detail: { correlationid: [correlationId] } });
    const response = await this.admin(`/admin/events?after=0&pattern=${encodeURIComponent(pattern)}`);
    const events: SeenEvent[] = [];
    let text = '';
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) if (line.startsWith('data: ')) events.push(JSON.parse(line.slice('data: '.length)));
      if (enough(events)) break;
    }
    return events;
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
}

/** Runs a mesh that is expected to end by itself. */
export async function failingStart(
  options: MeshOptions & { readonly data?: string; readonly patienceMs?: number } = {},
): Promise<Exit & { output: string }> {
  const data = options.data ?? temporaryFolder();
  const { exited, output, child } = spawnMesh({ ...options, data });
  const timer = setTimeout(() => child.kill('SIGKILL'), options.patienceMs ?? 15_000);
  const exit = await exited;
  clearTimeout(timer);
  if (options.data === undefined) rmSync(data, { recursive: true, force: true });
  return { ...exit, output: output() };
}

function spawnMesh({ data, config, env = {}, under = [], supervised = false }: MeshOptions & { data: string }) {
  const [program = process.execPath, ...words] = [...under, process.execPath];
  const child = spawn(program, [...words, `hosts/standalone/${supervised ? 'supervisor.js' : 'main.ts'}`], {
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

/** What a developer's shell has set for another mesh is not for this one, nor the folder where npm was called. */
function withoutOurs(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(env).filter(([name]) => !name.startsWith('STARLING_') && name !== 'INIT_CWD'),
  );
}

/** Before the mesh runs, as there is no way in for clients yet. */
async function addClients(
  data: string,
  all: readonly (readonly string[])[],
): Promise<ReadonlyMap<string, ClientCredentials>> {
  const clients = new Map<string, ClientCredentials>();
  if (all.length === 0) return clients;
  const database = Database.open(data);
  const store = new SqliteClientStore(database);
  for (const [index, scopes] of all.entries()) {
    const clientId = `client-${index}`;
    const clientSecret = 'a secret of the test';
    const secretHash = hashSecret(clientSecret);
    await store.put({ id: clientId, name: 'Test', secretHash, scopes: [...scopes], createdAt: Date.now() });
    clients.set(scopes.join(' '), { clientId, clientSecret });
  }
  await database.close();
  return clients;
}
