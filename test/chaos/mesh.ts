import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import type { ClientCredentials } from '#test/support/mesh-client.ts';
import type { Random } from './random.ts';

const root = path.resolve(import.meta.dirname, '../..');
const config = path.join(root, 'test/fixtures/chaos/serverless.yml');

export interface Start {
  /** Milliseconds until it was ready; undefined when it was killed before. */
  ready: number | undefined;
}

/** The mesh that is killed and started again, always on the same port and data folder. */
export class MeshUnderTest {
  readonly url: string;
  readonly data: string;
  /** Where the functions of the test's configuration write down what they were given. */
  readonly witness: string;
  readonly starts: Start[] = [];
  readonly #port: number;
  #child: ChildProcess | undefined;
  #exited: Promise<NodeJS.Signals | number | null> = Promise.resolve(null);
  #ready: Promise<void> = Promise.resolve();
  #output = '';
  readonly #errors: string[] = [];

  private constructor(folder: string, port: number) {
    this.#port = port;
    this.url = `http://127.0.0.1:${port}`;
    this.data = path.join(folder, 'data');
    this.witness = path.join(folder, 'witness');
    mkdirSync(this.witness, { recursive: true });
  }

  static async create(folder: string, random: Random): Promise<MeshUnderTest> {
    return new MeshUnderTest(folder, await freePort(random));
  }

  /** Starts the process; `ready` says when it serves. */
  start(): void {
    const begun = performance.now();
    const start: Start = { ready: undefined };
    this.starts.push(start);
    const child = spawn(process.execPath, ['hosts/standalone/main.ts'], {
      cwd: root,
      env: {
        PATH: process.env.PATH,
        STARLING_PORT: String(this.#port),
        STARLING_DATA: this.data,
        STARLING_CONFIG: config,
        STARLING_LOG: 'json',
        STARLING_LOG_LEVEL: 'ERROR',
        CHAOS_WITNESS: this.witness,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    this.#output = '';
    this.#exited = new Promise((resolve) => child.once('close', (code, signal) => resolve(signal ?? code)));
    this.#ready = new Promise((resolve, reject) => {
      const read = (chunk: Buffer) => {
        this.#output += chunk.toString();
        if (start.ready !== undefined || !this.#output.includes('Starling is ready')) return;
        start.ready = Math.round(performance.now() - begun);
        resolve();
      };
      child.stdout.on('data', read);
      child.stderr.on('data', read);
      void this.#exited.then((end) => {
        this.#errors.push(...errorLines(this.#output));
        reject(new Error(`The mesh ended with ${end} before it was ready:\n${this.#output}`));
      });
    });
    // Whoever waits is told; where nobody does it was killed on purpose.
    this.#ready.catch(() => {});
  }

  /** @throws Error when the process ends before. */
  get ready(): Promise<void> {
    return this.#ready;
  }

  /** What it has logged as errors in all its lives that ended. */
  get errors(): readonly string[] {
    return this.#errors;
  }

  get output(): string {
    return this.#output;
  }

  /** Of the client that may do everything. */
  get client(): ClientCredentials {
    return JSON.parse(readFileSync(path.join(this.data, 'client.json'), 'utf8'));
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** The signal that ended the process, or its exit code. */
  get exited(): Promise<NodeJS.Signals | number | null> {
    return this.#exited;
  }
}

function errorLines(output: string): string[] {
  return output.split('\n').filter((line) => line.startsWith('{') && line.includes('"ERROR"'));
}

/**
 * Below the ports that systems hand out by themselves: to a client that calls while the mesh is down, the system could
 * otherwise give the mesh's own port, and it would be connected with itself.
 */
async function freePort(random: Random): Promise<number> {
  for (;;) {
    const port = 15_000 + random.below(15_000);
    const server = createServer();
    const taken = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(true));
      server.listen(port, '127.0.0.1', () => resolve(false));
    });
    if (taken) continue;
    server.close();
    await once(server, 'close');
    return port;
  }
}
