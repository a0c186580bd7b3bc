import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationError } from '#shared/errors.ts';
import { freePort } from './free-port.ts';

export interface EmulatorOptions {
  /** The interpreter of {@link pythonWithEmulator}. */
  readonly python: string;
  /** The file for its output. */
  readonly log: string;
}

/** Ends MiniStack when the pipe that is its input closes. */
const program = path.join(import.meta.dirname, 'run.py');

/** Milliseconds. Half a second on a machine that is idle. */
const startPatience = 60_000;
const stopPatience = 10_000;

/** An emulator of AWS in a process of its own. Its state ends with the process. */
export class Emulator {
  readonly endpoint: string;
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  readonly #folder: string;

  private constructor(endpoint: string, child: ChildProcess, exited: Promise<unknown>, folder: string) {
    this.endpoint = endpoint;
    this.#child = child;
    this.#exited = exited;
    this.#folder = folder;
  }

  /** @throws ConfigurationError with the end of the log when the emulator does not start. */
  static async start({ python, log }: EmulatorOptions): Promise<Emulator> {
    const port = await freePort();
    const folder = mkdtempSync(path.join(tmpdir(), 'starling-emulator-'));
    mkdirSync(path.dirname(log), { recursive: true });
    const output = openSync(log, 'w');
    const child = spawn(python, [program], {
      env: environment(port, folder),
      stdio: ['pipe', output, output],
      // A process group of its own, which Ctrl-C does not reach: the parent may have to tidy up in the emulator first.
      detached: true,
    });
    closeSync(output);
    const exited = once(child, 'exit');
    const emulator = new Emulator(`http://127.0.0.1:${port}`, child, exited, folder);
    try {
      await emulator.#ready();
    } catch (cause) {
      await emulator.stop();
      const end = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-10).join('\n');
      throw new ConfigurationError(`The emulator of AWS did not start. The end of ${log}:\n${end}`, { cause });
    }
    return emulator;
  }

  async #ready(): Promise<void> {
    const until = AbortSignal.timeout(startPatience);
    while (!until.aborted && this.#child.exitCode === null) {
      const answer = await fetch(`${this.endpoint}/_ministack/health`, { signal: until }).catch(() => undefined);
      if (answer?.ok) return;
      await sleep(100);
    }
    throw new Error(`no answer at ${this.endpoint}`);
  }

  /** Ends the emulator and its functions, and removes its state. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM');
    const ended = await Promise.race([this.#exited, sleep(stopPatience, undefined, { ref: false })]);
    if (ended === undefined) {
      this.#child.kill('SIGKILL');
      await this.#exited;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Contains no variables of the caller, because every function in the emulator inherits this environment. */
function environment(port: number, folder: string): Record<string, string> {
  return {
    // The emulator runs functions with the first `node` of the path. This must be the present one.
    PATH: [path.dirname(process.execPath), process.env.PATH].join(path.delimiter),
    HOME: folder,
    TMPDIR: folder,
    TZ: 'UTC',
    GATEWAY_PORT: String(port),
    BIND_HOST: '127.0.0.1',
    STATE_DIR: path.join(folder, 'state'),
    S3_DATA_DIR: path.join(folder, 's3'),
    // A function has the rights of its role and no others.
    AUTH: 'true',
    // These services would open ports that no test needs.
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
  };
}
