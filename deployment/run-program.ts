import { spawn } from 'node:child_process';
import { ConfigurationError } from '#shared/errors.ts';

export interface ProgramOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Milliseconds until it is ended. */
  readonly timeout: number;
}

export interface Ended {
  readonly code: number;
  /** All that it printed. */
  readonly output: string;
}

/**
 * Runs a script with this Node, and passes on what it prints as it prints it.
 *
 * @throws ConfigurationError when it takes too long.
 */
export async function runProgram(script: string, args: readonly string[], options: ProgramOptions): Promise<Ended> {
  const { cwd, env, timeout } = options;
  const child = spawn(process.execPath, [script, ...args], { cwd, env, stdio: ['inherit', 'pipe', 'pipe'] });
  let output = '';
  const pass = (to: NodeJS.WriteStream) => (chunk: Buffer) => {
    output += chunk.toString();
    to.write(chunk);
  };
  child.stdout.on('data', pass(process.stdout));
  child.stderr.on('data', pass(process.stderr));
  const tooLong = AbortSignal.timeout(timeout);
  const end = () => child.kill('SIGKILL');
  tooLong.addEventListener('abort', end);
  // The program ends with this process, however this process ends.
  process.once('exit', end);
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? 1));
  });
  process.removeListener('exit', end);
  tooLong.removeEventListener('abort', end);
  if (tooLong.aborted) {
    throw new ConfigurationError(
      `${args.slice(0, 1).join(' ')} took longer than ${timeout / 60_000} minutes and was ended.`,
    );
  }
  return { code, output };
}
