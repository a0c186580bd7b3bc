import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Mesh } from '#test/support/mesh.ts';
import { installed } from '../python/environment.ts';
import { describeWith } from '../tools.ts';

const run = promisify(execFile);
const folder = import.meta.dirname;
const bindings = ['JSONRPC', 'HTTP+JSON'];

let mesh: Mesh;
beforeAll(async () => {
  // Clients of A2A 0.3 cannot read a card that is only one of 1.0.
  mesh = await Mesh.start({ env: { STARLING_CARD: 'compatible' } });
});
afterAll(() => mesh.stop());

/** What a program that calls the agent with an official client has seen. */
async function seenBy(program: string, words: readonly string[], env: Record<string, string> = {}): Promise<unknown> {
  const agent = { AGENT: `${mesh.url}/agents/echo/`, TOKEN: await mesh.token() };
  const { stdout } = await run(program, [...words], { env: { ...process.env, ...agent, ...env } });
  return JSON.parse(stdout);
}

describeWith(['python3'], 'the official client in Python, version 0.3', () => {
  it.each(bindings)('over %s', async (binding) => {
    const python = path.join(await installed('a2a-0.3'), 'python');
    expect(await seenBy(python, [path.join(folder, 'python_0_3.py'), binding])).toEqual({
      streamed: [true, 'completed', 'hello'],
      sent: [false, 'completed', 'hello'],
      got: [true, 'completed'],
      missing: expect.stringMatching(binding === 'JSONRPC' ? /-32001/ : /404/),
      ended: expect.stringMatching(binding === 'JSONRPC' ? /-32002/ : /400/),
    });
  });
});

describeWith(['python3'], 'the official client in Python, version 1', () => {
  it.each(bindings.flatMap((binding) => ['1.0', '0.3'].map((version) => [binding, version] as const)))(
    'over %s in A2A %s',
    async (binding, version) => {
      const python = path.join(await installed('a2a-1'), 'python');
      expect(await seenBy(python, [path.join(folder, 'python_1.py'), binding, version])).toEqual({
        streamed: ['task', 'artifact_update', 'status_update'],
        sent: ['task'],
        got: ['TASK_STATE_COMPLETED', 'hello'],
        missing: 'TaskNotFoundError',
        ended: 'TaskNotCancelableError',
      });
    },
  );
});

describeWith([], 'the official client in JavaScript, version 0.3', () => {
  it.each(bindings)('over %s', async (binding) => {
    const PACKAGES = await installedPackage('@a2a-js/sdk', '0.3.14');
    const program = path.join(folder, 'javascript-0.3.js');
    const kind = binding === 'JSONRPC' ? 'JSONRPCError' : 'Error';
    expect(await seenBy(process.execPath, [program, binding], { PACKAGES })).toEqual({
      sent: ['completed', 'hello'],
      streamed: ['task', 'artifact-update', 'status-update'],
      got: [true, 'completed'],
      missing: `TaskNotFound${kind}`,
      ended: `TaskNotCancelable${kind}`,
    });
  });
});

/** Installs a version beside the one that the project has. @returns the folder of its own package.json */
async function installedPackage(name: string, version: string): Promise<string> {
  const packages = path.resolve(folder, '../../../.venv', `${name.replaceAll(/\W/g, '-')}-${version}`);
  mkdirSync(packages, { recursive: true });
  writeFileSync(path.join(packages, 'package.json'), JSON.stringify({ private: true }));
  await run('npm', [
    'install',
    '--prefix',
    packages,
    '--no-audit',
    '--no-fund',
    '--prefer-offline',
    `${name}@${version}`,
  ]);
  return packages;
}
