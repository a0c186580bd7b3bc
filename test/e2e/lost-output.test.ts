import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { freePort } from '#deployment/emulator/free-port.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';

const root = path.resolve(import.meta.dirname, '../..');

it('a mesh whose log nobody reads any more goes on, and still stops when it is told', async () => {
  const data = temporaryFolder();
  const child = spawn(process.execPath, ['hosts/standalone/main.ts'], {
    cwd: root,
    env: { PATH: process.env.PATH, STARLING_PORT: '0', STARLING_DATA: data, STARLING_LOG_LEVEL: 'DEBUG' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const exited = once(child, 'exit');
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  for await (const chunk of child.stdout) {
    output += chunk;
    if (output.includes('Starling is ready')) break;
  }
  // Leaving the loop has closed the pipe.
  const [, url = ''] = /Starling is ready at (\S+)/.exec(output) ?? [];
  const { clientId: id, clientSecret: secret } = JSON.parse(readFileSync(path.join(data, 'client.json'), 'utf8'));
  const answer = await fetch(`${url}/oauth2/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa(`${id}:${secret}`)}` },
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });
  expect(answer.status).toBe(200);
  child.kill('SIGTERM');
  expect(await exited).toEqual([0, null]);
  expect(errors).toBe('The reader of standard output has gone (EPIPE). The mesh runs on without a log.\n');
  rmSync(data, { recursive: true, force: true });
});

it.skipIf(!existsSync('/dev/full'))(
  'a mesh whose log goes to a full disk goes on, and says so where it can',
  async () => {
    const data = temporaryFolder();
    const port = await freePort();
    const full = openSync('/dev/full', 'w');
    const child = spawn(process.execPath, ['hosts/standalone/main.ts'], {
      cwd: root,
      env: { PATH: process.env.PATH, STARLING_PORT: String(port), STARLING_DATA: data, STARLING_LOG_LEVEL: 'DEBUG' },
      stdio: ['ignore', full, 'pipe'],
    });
    const exited = once(child, 'exit');
    let errors = '';
    child.stderr?.on('data', (chunk) => {
      errors += chunk;
    });
    const health = () => fetch(`http://127.0.0.1:${port}/health`).then(({ status }) => status);
    await expect.poll(() => health().catch(() => 0), { timeout: 15_000 }).toBe(200);
    child.kill('SIGTERM');
    expect(await exited).toEqual([0, null]);
    expect(errors).toBe(
      'Standard output cannot be written (ENOSPC). The mesh runs on; log lines are lost until writing works again.\n',
    );
    closeSync(full);
    rmSync(data, { recursive: true, force: true });
  },
);
