import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createContext } from '#cli/context.ts';
import type { Io } from '#cli/io.ts';
import { createProgram } from '#cli/program.ts';
import { systemClock } from '#shared/ports/clock.ts';
import { runCommand } from './command.ts';
import { FakeMesh } from './fake-mesh.ts';

let mesh: FakeMesh;
beforeEach(async () => {
  mesh = await new FakeMesh().start();
});
afterEach(() => mesh.remove());

describe('every command', () => {
  const commands = [
    ['call', 'echo', 'x'],
    ['call', 'echo', 'x', '--stream'],
    ['call', 'echo', '--skill', 'echo'],
    ['agents'],
    ['tasks', 'list'],
    ['tasks', 'get', 'x'],
    ['tasks', 'watch', 'x'],
    ['tasks', 'cancel', 'x'],
    ['agents', 'get', 'x'],
    ['events', 'tail', '--no-follow'],
    ['events', 'tail'],
    ['token'],
  ];

  it.each(commands)('%s %s: says how to start a mesh when there is none', async (...words) => {
    await mesh.stop();
    const start = `STARLING_PORT=${new URL(mesh.url).port} STARLING_DATA=${mesh.folder} npm start`;
    const none = { code: 1, stdout: '', stderr: `No mesh answers at ${mesh.url}. Start one with: ${start}\n` };
    expect(await runCommand(mesh, words)).toMatchObject(none);
    rmSync(path.join(mesh.folder, 'client.json'));
    expect(await runCommand(mesh, words)).toMatchObject(none);
  });
});

describe('--help', () => {
  const { program, leaves } = allCommands();

  it('of the program names every command', async () => {
    const { code, stdout, stderr } = await runCommand(mesh, ['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const { name } of program) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
  });

  it.each(leaves)('of $path has an example, and the options of every command', async ({ path: names }) => {
    const { code, stdout, stderr } = await runCommand(mesh, [...names, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`Usage: starling ${names.join(' ')}`);
    expect(stdout).toMatch(/Examples?:\n {2}\S*.*npx starling/);
    expect(stdout).not.toContain('/admin');
    for (const option of ['--url', '--data', '--stage', '--region']) expect(stdout).toContain(option);
  });

  it.each(leaves)('of $path has --json, where the command prints data', ({ path: names, options }) => {
    // A worker prints its log alone. A script for a shell is no data.
    if (names[0] !== 'worker' && names[0] !== 'completion') expect(options).toContain('--json');
  });
});

/** Every command of the program, as the program itself lists them, so a new one is covered. */
function allCommands() {
  const io: Io = {
    stdin: (async function* () {})(),
    stdout: { write: () => {} },
    stderr: { write: () => {} },
    env: {},
    clock: systemClock,
    sleep: async () => {},
    stopSignal: () => new AbortController().signal,
  };
  const program = createProgram(createContext(io, { json: false })).commands.map((command) => ({
    name: command.name(),
    command,
  }));
  const leaves = program.flatMap(({ name, command }) => {
    const below = command.commands.length > 0 ? command.commands : [command];
    return below.map((leaf) => ({
      path: leaf === command ? [name] : [name, leaf.name()],
      options: leaf.options.map(({ long }) => long),
    }));
  });
  return { program, leaves };
}

describe('the address and the data folder', () => {
  it('are taken from options before variables', async () => {
    const env = { STARLING_URL: 'http://127.0.0.1:1', STARLING_DATA: '/nowhere' };
    const options = ['--url', `${mesh.url}/`, '--data', mesh.folder];
    expect(await runCommand(mesh, ['token', ...options], { env })).toMatchObject({ code: 0, stdout: 'token-1\n' });
    expect(await runCommand(mesh, [...options, 'token'], { env })).toMatchObject({ code: 0, stdout: 'token-2\n' });
  });

  it('are made of host and port without a URL', async () => {
    const { port } = new URL(mesh.url);
    const env = { STARLING_URL: '', STARLING_HOST: '0.0.0.0', STARLING_PORT: port };
    expect(await runCommand(mesh, ['token'], { env })).toMatchObject({ code: 0, stdout: 'token-1\n' });
  });

  it.each(['localhost:4280', 'ftp://127.0.0.1'])('refuses %s as an address', async (url) => {
    expect(await runCommand(mesh, ['token', '--url', url])).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('http://127.0.0.1:4280'),
    });
  });
});

describe('credentials', () => {
  const file = () => path.join(mesh.folder, 'client.json');

  it('that are missing are named, with what to do', async () => {
    rmSync(file());
    const { code, stderr } = await runCommand(mesh, ['agents']);
    expect(code).toBe(1);
    expect(stderr).toContain(`There are no credentials at ${file()}`);
    expect(stderr).toContain('STARLING_DATA');
  });

  it('that cannot be read or are none are named, with what to do', async () => {
    mesh.credentials('{"clientId": "starling-cli"}');
    expect(await runCommand(mesh, ['agents'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${file()} does not hold credentials`),
    });
    rmSync(file());
    mkdirSync(file());
    expect(await runCommand(mesh, ['agents'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${file()} cannot be read (EISDIR)`),
    });
  });

  it('that the mesh refuses are named, with what to do, and the secret is not shown', async () => {
    mesh.onToken = (_request, answer) =>
      answer.json({ error: 'invalid_client', error_description: 'client authentication failed' }, 401);
    const { code, stderr } = await runCommand(mesh, ['agents']);
    expect(code).toBe(1);
    expect(stderr).toContain(`refuses the credentials in ${file()} (invalid_client: client authentication failed)`);
    expect(stderr).not.toContain('the-secret');
  });
});

describe('an answer that is none of a mesh', () => {
  it.each([200, 404, 502])('is called so at status %s', async (httpStatus) => {
    mesh.onAdmin = (_request, answer) => answer.html(httpStatus);
    const { code, stdout, stderr } = await runCommand(mesh, ['agents']);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(
      `${mesh.url} is not the address of a Starling mesh. It answered with HTTP ${httpStatus} and text/html.`,
    );
  });

  it.each([
    { body: { message: 'Unauthorized' }, httpStatus: 401, printed: 'HTTP_401: Unauthorized\n' },
    {
      body: { error: 'insufficient_scope', error_description: 'no' },
      httpStatus: 403,
      printed: 'insufficient_scope: no\n',
    },
    { body: [], httpStatus: 500, printed: 'HTTP_500: the mesh gave no reason\n' },
  ])('or one of its doors is shown as it is: $printed', async ({ body, httpStatus, printed }) => {
    mesh.onAdmin = (_request, answer) => answer.json(body, httpStatus);
    expect(await runCommand(mesh, ['agents'])).toMatchObject({ code: 1, stdout: '', stderr: printed });
  });

  it('is reported when the connection breaks in the middle', async () => {
    mesh.onAdmin = (_request, answer) => answer.sse({ 'content-length': '100' }).raw('{').cut();
    expect(await runCommand(mesh, ['agents'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`No mesh answers at ${mesh.url}`),
    });
  });
});
