import { type ChildProcess, spawn } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '#deployment/emulator/free-port.ts';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { failingStart, Mesh } from '#test/support/mesh.ts';

const root = path.resolve(import.meta.dirname, '../..');
const bin = path.join(root, 'bin/starling.js');
/** Where the person is: in no project. */
const elsewhere = temporaryFolder();
let mesh: Mesh;
beforeAll(async () => {
  mesh = await Mesh.start({ env: { STARLING_LOG: 'pretty' } });
});
afterAll(async () => {
  await mesh.stop();
  rmSync(elsewhere, { recursive: true, force: true });
});

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A shell of the person. It knows of the mesh only what the command says. */
function shell(command: string, cwd = elsewhere): { child: ChildProcess; ended: Promise<Ended> } {
  const env = { PATH: `${path.dirname(process.execPath)}:${process.env.PATH}`, HOME: elsewhere, NO_COLOR: '1' };
  const child = spawn('bash', ['-c', `exec ${command}`], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  }
  return { child, ended: new Promise((resolve) => child.once('close', (code) => resolve({ code, ...printed }))) };
}

const starling = (words: string) => shell(`${bin} --url ${mesh.url} --data ${mesh.data} ${words}`);
const commandsIn = (text: string) =>
  Array.from(text.matchAll(/(?:with|again): (.+)$/gm), ([, command = '']) => command);

describe('a printed command, run where it is printed,', () => {
  it('of the greeting calls an agent and gets a token', async () => {
    const [, call = ''] = /^ {2}(.* call .*)$/m.exec(mesh.output) ?? [];
    const [, token = ''] = /TOKEN=\$\((.*)\)$/m.exec(mesh.output) ?? [];
    expect(await shell(call, root).ended).toMatchObject({ code: 0, stdout: '27\n' });
    expect(await shell(token, root).ended).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\S+\n$/) });
  });

  it('of notes and errors does what it says', async () => {
    const { stdout, stderr } = await starling('call echo hello --no-wait').ended;
    const [get = ''] = commandsIn(stderr);
    expect(await shell(get).ended).toMatchObject({ code: 0, stdout: expect.stringContaining(stdout.trim()) });
    for (const words of ["tasks get ''", "agents get ''"]) {
      const [list = ''] = commandsIn((await starling(words).ended).stderr);
      expect(await shell(list).ended).toMatchObject({ code: 0, stdout: expect.stringContaining('echo') });
    }
  });

  it('of an error brings back a backup', async () => {
    const data = path.join(elsewhere, 'lost');
    expect(await starling('backup FILE').ended).toMatchObject({ code: 0 });
    await shell(`${bin} --data ${data} restore FILE`).ended;
    writeFileSync(path.join(data, 'starling.db'), '');
    const [restore = ''] = /bring back a backup: (.*)$/m.exec((await failingStart({ data })).output)?.slice(1) ?? [];
    // The mesh was started in the project's folder, so its message is read there.
    const there = restore.replace('FILE', path.join(elsewhere, 'FILE'));
    expect(await shell(there, root).ended).toMatchObject({ code: 0, stdout: expect.stringContaining(data) });
  });

  it('of an error starts the mesh that was called', async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const call = `${bin} --url ${url} --data new call echo hello`;
    const [start = ''] = commandsIn((await shell(call).ended).stderr);
    expect(start).toContain(`STARLING_DATA=${path.join(elsewhere, 'new')}`);
    const { child, ended } = shell(`env ${start}`);
    await expect
      .poll(() =>
        fetch(`${url}/health`).then(
          ({ status }) => status,
          () => 0,
        ),
      )
      .toBe(200);
    expect(await shell(call).ended).toMatchObject({ code: 0, stdout: 'hello\n' });
    child.kill('SIGTERM');
    await ended;
  });
});

describe('the examples of --help', () => {
  const leaves = [
    ['call', 6],
    ['agents get', 2],
    ['tasks watch', 2],
    ['events put', 2],
    ['events tail', 2],
    ['token', 1],
    ['backup', 2],
  ] as const;

  it.each(leaves)('of %s run in another folder', async (words, count) => {
    writeFileSync(path.join(elsewhere, 'package.json.txt'), '{}');
    const { stdout } = await shell(`${bin} ${words} --help`).ended;
    expect(stdout).not.toContain('npx starling');
    const lines = stdout.slice(stdout.indexOf('\nExample')).split('\n');
    const examples = lines.filter((line) => line.startsWith('  ') && line.includes(bin) && isRunnable(line));
    expect(examples.length).toBeGreaterThanOrEqual(count);
    for (const example of examples) {
      const local = example.trim().replaceAll('package.json', 'package.json.txt').replace('/backups/', `${elsewhere}/`);
      const own = `env STARLING_URL=${mesh.url} STARLING_DATA=${mesh.data} bash -c ${quoted(local)}`;
      expect(await shell(own).ended, example).toMatchObject({ code: 0 });
    }
  });
});

/** A tail that follows does not end by itself, and a file of events is the person's own. */
function isRunnable(example: string): boolean {
  return example.includes(' tail') ? example.includes('--no-follow') : !example.endsWith('events.jsonl');
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
