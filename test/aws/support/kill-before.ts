import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import type { Doing } from './stopped-process.ts';

const script = path.join(import.meta.dirname, 'stopped-process.ts');

/** Runs a process until it is about to take the step, and kills it there. */
export async function killBefore(doing: Doing): Promise<void> {
  const child = spawn(process.execPath, [script, JSON.stringify(doing)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const stopped = new Promise<void>((resolve) => {
    child.stdout.on('data', (data: Buffer) => {
      if (data.toString().includes('stopped')) resolve();
    });
  });
  const [code] = await Promise.race([stopped.then(() => ['stopped']), exited]);
  if (code !== 'stopped') throw new Error(`the process ended (${code}) before the step was taken`);
  child.kill('SIGKILL');
  await exited;
}
