import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bin, runCommand, start } from './command.ts';
import { FakeMesh } from './fake-mesh.ts';

let mesh: FakeMesh;
let folder: string;
beforeEach(async () => {
  mesh = await new FakeMesh().start();
  folder = mkdtempSync(path.join(tmpdir(), 'starling-bin-'));
});
afterEach(async () => {
  await mesh.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** A node that cannot run TypeScript, as those before 22.18. */
const old = { node: ['--no-experimental-strip-types'] };

/** A copy of the entry in a folder whose package `node` has this binary. */
function installed(binary: string | undefined): string {
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  mkdirSync(path.join(folder, 'bin'));
  cpSync(bin, path.join(folder, 'bin/starling.js'));
  writeFileSync(path.join(folder, 'package.json'), '{"type": "module"}');
  symlinkSync(path.join(root, 'cli'), path.join(folder, 'cli'));
  if (binary !== undefined) {
    mkdirSync(path.join(folder, 'node_modules/node'), { recursive: true });
    writeFileSync(path.join(folder, 'node_modules/node/package.json'), JSON.stringify({ bin: { node: binary } }));
  }
  return path.join(folder, 'bin/starling.js');
}

describe('bin/starling.js on a node that cannot run TypeScript', () => {
  it('runs the command on the node that Starling brings along', async () => {
    expect(await runCommand(mesh, ['token'], old)).toMatchObject({ code: 0, stdout: 'token-1\n', stderr: '' });
    expect(await runCommand(mesh, ['call', 'echo'], old)).toMatchObject({ code: 2, stdout: '' });
  });

  it('hands signals on and ends as the command does', async () => {
    mesh.onAdmin = (_request, answer) => {
      answer.sse();
    };
    const tail = start(mesh, ['events', 'tail'], old);
    await expect.poll(() => mesh.requests.length).toBe(2);
    tail.child.kill('SIGINT');
    expect(await tail.ended).toMatchObject({ code: 0, signal: null });

    mesh.onCall = () => {};
    const call = start(mesh, ['call', 'echo', 'x'], old);
    await expect.poll(() => mesh.calls.length).toBe(1);
    call.child.kill('SIGTERM');
    expect(await call.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it.each([
    { what: 'the package is missing', binary: undefined },
    { what: 'its binary is missing', binary: 'bin/node' },
  ])('says what to do when $what', async ({ binary }) => {
    const { code, stdout, stderr } = await runCommand(mesh, ['token'], { ...old, script: installed(binary) });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`In ${folder} run: npm ci`);
  });

  it('says what to do when its binary cannot be run', async () => {
    const script = installed('../../package.json');
    const { code, stderr } = await runCommand(mesh, ['token'], { ...old, script });
    expect(code).toBe(1);
    expect(stderr).toContain('npm ci');
    expect(stderr).not.toContain('    at ');
  });
});
