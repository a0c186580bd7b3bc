import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, mkdtempSync, openSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeMesh } from './fake-mesh.ts';
import { TASK_ID, task } from './tasks.ts';

// The only CLI tests that start processes, which takes long on a busy machine.
vi.setConfig({ testTimeout: 120_000 });

const root = fileURLToPath(new URL('../../..', import.meta.url));
const bin = path.join(root, 'bin/starling.js');
/** Makes a Node that cannot run TypeScript, like those before 22.18. */
const old = ['--no-experimental-strip-types'];

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

interface Spawned {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>;
}

interface Start {
  /** Options of Node itself. */
  readonly node?: readonly string[];
  readonly script?: string;
  /** A file that is standard input. */
  readonly input?: string;
  /** A file that is standard output. */
  readonly output?: string;
}

function start(words: readonly string[], { node = [], script = bin, input, output }: Start = {}): Spawned {
  const stdin = input === undefined ? 'ignore' : openSync(input, 'r');
  const stdout = output === undefined ? 'pipe' : openSync(output, 'w');
  const env = { PATH: process.env.PATH, STARLING_URL: mesh.url, STARLING_DATA: mesh.folder };
  // TypeScript cannot tell the kinds of the streams when the first one is a file.
  const child = spawn(process.execPath, [...node, script, ...words], {
    env,
    stdio: [stdin, stdout, 'pipe'],
  }) as Spawned['child'];
  for (const file of [stdin, stdout]) if (typeof file === 'number') closeSync(file);
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]?.setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  }
  const ended = new Promise<Awaited<Spawned['ended']>>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, ...printed }));
  });
  return { child, ended };
}

/** A copy of the entry in a folder whose package `node` has this binary. */
function installed(binary: string | undefined): string {
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

describe('bin/starling.js on a Node that cannot run TypeScript', () => {
  it('runs the command on the Node that npm ci installed, and hands on the exit code', async () => {
    expect(await start(['token'], { node: old }).ended).toMatchObject({ code: 0, stdout: 'token-1\n', stderr: '' });
    expect(await start(['call', 'echo'], { node: old }).ended).toMatchObject({ code: 2, stdout: '' });
  });

  it('hands on signals', async () => {
    mesh.onAdmin = (_request, answer) => void answer.sse();
    const tail = start(['events', 'tail'], { node: old });
    await mesh.until(() => mesh.requests.length === 2);
    tail.child.kill('SIGINT');
    expect(await tail.ended).toMatchObject({ code: 0, signal: null });
  });

  it.each([
    ['the package is missing', undefined],
    ['its binary is missing', 'bin/node'],
  ])('says what to do when Node 24 is needed and %s', async (_what, binary) => {
    const { code, stdout, stderr } = await start(['token'], { node: old, script: installed(binary) }).ended;
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`In ${folder} run: npm ci`);
  });

  it('says what to do when Node 24 is needed and its binary cannot be run', async () => {
    const script = installed('../../package.json');
    const { code, stderr } = await start(['token'], { node: old, script }).ended;
    expect(code).toBe(1);
    expect(stderr).toContain('npm ci');
    expect(stderr).not.toContain('    at ');
  });
});

describe('bin/starling.js on this Node', () => {
  it('gives the command the input, the output and the environment of the process', async () => {
    const events = path.join(folder, 'events');
    writeFileSync(events, '{"id": "a"}');
    mesh.onEvents = ({ body }, answer) => answer.json({ failed: 0, events: JSON.parse(body) });
    expect(await start(['events', 'put'], { input: events }).ended).toMatchObject({
      code: 0,
      stdout: 'a\n',
      stderr: '',
    });
  });

  it('ends at a signal, where the command does not end by itself', async () => {
    mesh.onAdmin = () => {};
    const list = start(['agents']);
    await mesh.until(() => mesh.requests.length === 2);
    list.child.kill('SIGTERM');
    expect(await list.ended).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it.each([
    { signals: ['SIGINT'], code: 130 },
    // As a terminal and npx together send one Ctrl-C.
    { signals: ['SIGINT', 'SIGINT'], code: 130 },
    { signals: ['SIGTERM'], code: 143 },
  ] as const)('ends a call at $signals with the task and code $code', async ({ signals, code }) => {
    mesh.onCall = ({ params }, answer) => {
      if (params.configuration.returnImmediately) answer.result({ task: task('WORKING') });
    };
    const call = start(['call', 'echo', 'x']);
    await mesh.until(() => mesh.calls.length === 1);
    for (const signal of signals) call.child.kill(signal);
    expect(await call.ended).toMatchObject({ code, signal: null, stderr: expect.stringContaining(TASK_ID) });
  });

  it.each([
    { to: '/dev/full', code: 1, stderr: 'Standard output cannot be written (ENOSPC).\n' },
    { to: '/dev/null', code: 0, stderr: '' },
  ])('tells when its output cannot be written: $to', async ({ to, code, stderr }) => {
    expect(await start(['token'], { output: to }).ended).toMatchObject({ code, stderr });
  });

  it('ends when nobody reads its output any more', async () => {
    const event = { source: 'a', 'detail-type': 'B', time: '2026-11-21T09:10:00Z', detail: {} };
    let write = () => {};
    mesh.onAdmin = (_request, answer) => {
      answer.sse({ 'Starling-Position': '1' });
      write = () => void answer.event(2, event);
    };
    const { child, ended } = start(['events', 'tail']);
    await mesh.until(() => mesh.requests.length === 2);
    child.stdout.destroy();
    const writing = setInterval(() => write(), 20);
    try {
      expect(await ended).toMatchObject({ code: 0, signal: null, stderr: '' });
    } finally {
      clearInterval(writing);
    }
  });
});
