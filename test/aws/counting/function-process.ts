import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Outcome } from './function-main.ts';

const root = path.resolve(import.meta.dirname, '../../..');

export interface FunctionOptions {
  readonly name: string;
  readonly hosting: 'agent' | 'mesh' | 'http';
  /** From the root of the repository. */
  readonly file: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A function of the mesh, called as Lambda calls it. */
export class FunctionProcess {
  readonly #name: string;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(result: unknown): void; reject(error: Error): void }>();
  #runs = 0;
  #lines: string[] = [];

  private constructor(name: string, child: ChildProcess) {
    this.#name = name;
    this.#child = child;
    child.stdout?.on('data', (bytes) => this.#lines.push(...String(bytes).split('\n').filter(Boolean)));
    child.stderr?.on('data', (bytes) => process.stderr.write(`${name}: ${bytes}`));
    child.on('message', (outcome: Outcome) => this.#settle(outcome));
    child.on('exit', (code) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`${name} exited with ${code}`));
    });
  }

  static async start({ name, hosting, file, env }: FunctionOptions): Promise<FunctionProcess> {
    const child = fork(path.join(import.meta.dirname, 'function-main.ts'), [hosting, path.join(root, file)], {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    const started = new FunctionProcess(name, child);
    const ready = await Promise.race([once(child, 'message'), once(child, 'exit')]);
    if (typeof ready[0] !== 'object') throw new Error(`${name} did not start: ${started.#lines.join('\n')}`);
    return started;
  }

  invoke(event: unknown): Promise<unknown> {
    const id = ++this.#runs;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, event, functionName: this.#name });
    });
  }

  /** Invocations and lines of log since the last take. */
  take(): { runs: number; lines: readonly string[] } {
    const taken = { runs: this.#runs - this.#taken, lines: this.#lines };
    this.#taken = this.#runs;
    this.#lines = [];
    return taken;
  }
  #taken = 0;

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const exited = once(this.#child, 'exit');
    this.#child.kill();
    await exited;
  }

  #settle(outcome: Outcome): void {
    const waiting = this.#waiting.get(outcome.id);
    this.#waiting.delete(outcome.id);
    if ('error' in outcome) waiting?.reject(new Error(`${this.#name}: ${outcome.error}`));
    else waiting?.resolve(outcome.result);
  }
}
