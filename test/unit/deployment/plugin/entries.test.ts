import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hostingOf } from '#deployment/plugin/entries/entry.ts';
import { entries } from '#deployment/plugin/entries/step.ts';
import { functionOf, serverlessOf, silent } from './serverless.ts';

const functions = () => ({
  echo: functionOf({
    handler: 'agents/echo/handler.handler',
    events: [{ subscription: { agent: 'echo' } }],
  }),
  projector: functionOf({
    handler: 'services/projector.run',
    events: [{ subscription: { pattern: { source: ['x'] } } }],
  }),
  gateway: functionOf({
    handler: 'services/gateway.handler',
    events: [{ http: { method: 'GET', path: '/', authorizer: { name: 'guard' } } }],
  }),
  registry: functionOf({ handler: 'services/registry.handler', events: [{ manifest: 'agents' }] }),
  guard: functionOf({ handler: 'services/guard.handler' }),
});

/** A service whose modules say when they are loaded, by their names. */
function project(): { readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'starling-entries-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (file: string, text: string) => {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), text);
  };
  const start = (name: string) => `
export function start${name}() {
  console.log('${name}');
  return (handler: () => string, manifest = { agents: '' }) => () => '${name} hosts ' + handler() + manifest.agents;
}`;
  write('package.json', '{ "type": "module", "sideEffects": false }');
  write('hosts/lambda/start.ts', ['Agent', 'Authorizer', 'Deployed', 'Http', 'Mesh'].map(start).join(''));
  for (const { handler } of Object.values(functions())) {
    const [path = '', name = ''] = handler.split('.');
    write(`${path}.ts`, `console.log('${path}'); export const ${name} = () => 'called';`);
  }
  return { folder };
}

/** What the bundle of a function prints when it is loaded and called. */
async function printed(folder: string, name: string): Promise<string[]> {
  const outfile = join(folder, `${name}.mjs`);
  const entry = join(folder, `build/functions/${name}.ts`);
  await build({ entryPoints: [entry], bundle: true, format: 'esm', platform: 'node', minify: true, outfile });
  const call = `const { handler } = await import(${JSON.stringify(outfile)}); console.log(handler());`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', call], { encoding: 'utf8' }).trim().split('\n');
}

describe('the entry of a function', () => {
  it('sets the runtime up before the handler is loaded, and hosts the handler', async () => {
    const at = project();
    const all = functions();
    const moments = entries(serverlessOf(all, { serviceDir: at.folder }), silent);
    await moments.bundle?.();
    writeFileSync(join(at.folder, 'build/functions/registry.manifest.json'), '{"agents":["echo"]}');

    expect(await printed(at.folder, 'echo')).toEqual(['Agent', 'agents/echo/handler', 'Agent hosts called']);
    expect(await printed(at.folder, 'projector')).toEqual(['Mesh', 'services/projector', 'Mesh hosts called']);
    expect(await printed(at.folder, 'gateway')).toEqual(['Http', 'services/gateway', 'Http hosts called']);
    expect(await printed(at.folder, 'guard')).toEqual(['Authorizer', 'services/guard', 'Authorizer hosts called']);
    expect(await printed(at.folder, 'registry')).toEqual([
      'Deployed',
      'services/registry',
      'Deployed hosts calledecho',
    ]);
  });

  it('has nothing of the runtimes that other functions have', async () => {
    const at = project();
    await entries(serverlessOf(functions(), { serviceDir: at.folder }), silent).bundle?.();
    await printed(at.folder, 'echo');
    const bundled = readFileSync(join(at.folder, 'echo.mjs'), 'utf8');
    expect(bundled).toContain('Agent hosts');
    expect(bundled).not.toContain('Mesh hosts');
  });

  it('takes the place of the handler where osls and the bundler look for it', async () => {
    const at = project();
    const all = functions();
    const moments = entries(serverlessOf(all, { serviceDir: at.folder }), silent);
    await moments.bundle?.();
    expect(Object.values(all).map(({ handler }) => handler)).toEqual([
      'build/functions/echo.handler',
      'build/functions/projector.handler',
      'build/functions/gateway.handler',
      'build/functions/registry.handler',
      'build/functions/guard.handler',
    ]);
  });

  it('of a function that is gone is gone, too', async () => {
    const at = project();
    const written = () => readdirSync(join(at.folder, 'build/functions'));
    const first = entries(serverlessOf(functions(), { serviceDir: at.folder }), silent);
    await first.bundle?.();
    expect(written()).toContain('echo.ts');
    const { gateway } = functions();
    const second = entries(serverlessOf({ gateway }, { serviceDir: at.folder }), silent);
    await second.bundle?.();
    expect(written()).toEqual(['gateway.start.ts', 'gateway.ts']);
  });
});

describe('a function is hosted', () => {
  it.each([
    ['as an agent', 'echo', 'agent'],
    ['as a function of the mesh', 'projector', 'mesh'],
    ['as it is, when it answers HTTP', 'gateway', 'http'],
    ['for a deployment', 'registry', 'deployment'],
    ['as an authorizer, when a route asks it', 'guard', 'authorizer'],
    ['as a function of the mesh when nothing wakes it', 'alone', 'mesh'],
  ])('%s', (_, name, hosting) => {
    expect(hostingOf(name, { ...functions(), alone: functionOf({}) })).toBe(hosting);
  });
});
