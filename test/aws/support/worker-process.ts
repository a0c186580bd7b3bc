import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { endpoint } from './endpoint.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const config = path.join(root, 'test/fixtures/worker/serverless.yml');

export interface WorkerProcessOptions {
  readonly stage: string;
  /** The bucket of large events. */
  readonly blobs: string;
  readonly words?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** `npx starling worker <function>`, as a process of its own. */
export class WorkerProcess {
  readonly exited: Promise<number | null>;
  readonly #child: ChildProcess;
  #output = '';
  #told: () => void = () => {};

  constructor(functionName: string, { stage, blobs, words = [], env = {} }: WorkerProcessOptions) {
    const credentials = endpoint !== undefined && { AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' };
    const options = ['worker', functionName, '--stage', stage, '--port', '0', '--config', config, ...words];
    this.#child = spawn(process.execPath, ['bin/starling.js', ...options], {
      cwd: root,
      env: { ...process.env, AWS_REGION: 'us-east-1', ...credentials, STARLING_BLOBS: blobs, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const collect = (chunk: Buffer) => {
      this.#output += chunk.toString();
      this.#told();
    };
    this.#child.stdout?.on('data', collect);
    this.#child.stderr?.on('data', collect);
    this.exited = new Promise((resolve) => this.#child.once('close', resolve));
    void this.exited.then(() => this.#told());
  }

  get output(): string {
    return this.#output;
  }

  /** Waits until the worker has printed what matches. @throws when it ends before. */
  async printed(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.#output);
      if (match) return match;
      if (this.#child.exitCode !== null) throw new Error(`the worker ended:\n${this.#output}`);
      await new Promise<void>((resolve) => {
        this.#told = resolve;
      });
    }
  }

  /** The status of GET /health. */
  async health(): Promise<number> {
    const [, port] = await this.printed(/"health":(\d+)/);
    return (await fetch(`http://127.0.0.1:${port}/health`)).status;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  async stop(): Promise<number | null> {
    this.#child.kill('SIGTERM');
    return this.exited;
  }
}
