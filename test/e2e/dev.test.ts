import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { temporaryFolder } from '#test/support/fixtures.ts';
import { writeFixtureConfig } from '#test/support/mesh.ts';

const root = path.resolve(import.meta.dirname, '../..');
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A project of its own: the test mesh's serverless.yml and a source. */
function project(): string {
  const folder = temporaryFolder();
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  writeFixtureConfig(folder);
  mkdirSync(path.join(folder, 'agents'));
  writeFileSync(path.join(folder, 'agents/mine.ts'), '// first\n');
  return folder;
}

interface Dev {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** The addresses of the meshes that were ready, in order. */
  readonly urls: () => string[];
}

function dev(folder: string): Dev {
  const child = spawn(process.execPath, [path.join(root, 'hosts/standalone/dev.ts')], {
    cwd: folder,
    env: { ...process.env, STARLING_PORT: '0' },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += chunk));
  cleanups.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGINT');
    await exit;
  });
  return {
    child,
    output: () => output,
    urls: () => [...output.matchAll(/Starling is ready at (\S+)/g)].map(([, url]) => url ?? ''),
  };
}

const eventually = { timeout: 15_000 };
const answers = (url = '') =>
  fetch(`${url}/health`).then(
    ({ ok }) => ok,
    () => false,
  );

it('restarts at a change of a source and of serverless.yml, one mesh at a time, and ends at Ctrl-C', async () => {
  const folder = project();
  const { child, urls, output } = dev(folder);
  await expect.poll(urls, eventually).toHaveLength(1);

  writeFileSync(path.join(folder, 'agents/mine.ts'), '// second\n');
  await expect.poll(urls, eventually).toHaveLength(2);
  expect(output()).toContain('[dev] agents/mine.ts changed: restarting.');
  const [first, second] = urls();
  expect(await answers(first)).toBe(false);
  expect(await answers(second)).toBe(true);

  const config = path.join(folder, 'serverless.yml');
  writeFileSync(config, `${readFileSync(config, 'utf8')}# changed\n`);
  await expect.poll(urls, eventually).toHaveLength(3);
  expect(await answers(second)).toBe(false);

  const exit = once(child, 'exit');
  child.kill('SIGINT');
  expect(await exit).toEqual([0, null]);
  expect(await answers(urls()[2])).toBe(false);
}, 60_000);

it('starts when a change mends what kept the mesh from starting', async () => {
  const folder = project();
  const config = path.join(folder, 'serverless.yml');
  const good = readFileSync(config, 'utf8');
  writeFileSync(config, good.replace('functions:', 'functions: ['));
  const { urls, output } = dev(folder);
  await expect.poll(output, eventually).toContain('The next change of a file starts it again');
  writeFileSync(config, good);
  await expect.poll(urls, eventually).toHaveLength(1);
}, 40_000);

it('does not restart for what the mesh writes, and starts where the inspector has no port', async () => {
  // Another inspector may have the port already, which is as good.
  const other = createServer();
  await new Promise<void>((resolve) => {
    other.once('error', () => resolve());
    other.listen(9229, '127.0.0.1', () => resolve());
  });
  cleanups.push(() => other.close());
  const folder = project();
  const { urls, output } = dev(folder);
  await expect.poll(urls, eventually).toHaveLength(1);
  expect(output()).toContain('port 9229 is busy: the mesh starts without an inspector');
  writeFileSync(path.join(folder, '.starling/client-2.json'), '{}');
  // A change that counts comes after it: had the first counted too, it would be named.
  writeFileSync(path.join(folder, 'agents/mine.ts'), '// second\n');
  await expect.poll(urls, eventually).toHaveLength(2);
  expect(output().match(/\[dev\] .* changed/g)).toEqual(['[dev] agents/mine.ts changed']);
}, 40_000);
