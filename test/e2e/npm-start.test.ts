import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';

const root = path.resolve(import.meta.dirname, '../..');
const data = temporaryFolder();
let npm: ChildProcess;
afterEach(() => {
  npm.kill('SIGKILL');
  rmSync(data, { recursive: true, force: true });
});

/** The process ids of the children of a process. */
function childrenOf(pid: number): number[] {
  const lines = execFileSync('ps', ['-eo', 'pid=,ppid=']).toString().trim().split('\n');
  const rows = lines.map((line) => line.trim().split(/\s+/).map(Number));
  return rows.filter(([, parent]) => parent === pid).map(([child]) => child as number);
}

describe.skipIf(process.platform === 'win32')('SIGTERM to', () => {
  it.each([
    ['npm start', (pid: number) => pid],
    ['the shell of npm start', (pid: number) => childrenOf(pid)[0] as number],
  ])('%s ends the mesh, and frees its folder', async (_, target) => {
    npm = spawn('npm', ['start'], {
      cwd: root,
      env: { ...process.env, STARLING_PORT: '0', STARLING_DATA: data, STARLING_LOG_LEVEL: 'INFO' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    npm.stdout?.on('data', (chunk) => {
      output += chunk;
    });
    await expect.poll(() => output).toContain('Starling is ready');
    const [shell] = childrenOf(npm.pid as number);
    expect(childrenOf(shell as number)).toHaveLength(1);
    // The output ends when the last process that holds it has ended.
    const closed = once(npm, 'close');
    process.kill(target(npm.pid as number), 'SIGTERM');
    await closed;
    expect(output).toContain('the mesh is stopping');
    expect(existsSync(path.join(root, 'node_modules/.cache/starling-compile'))).toBe(true);
    expect(existsSync(path.join(data, 'starling.db-wal'))).toBe(false);
  });
});
