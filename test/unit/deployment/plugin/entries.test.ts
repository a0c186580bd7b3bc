import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import { hostingOf } from '#deployment/plugin/entries/entry.ts';
import EntriesPlugin from '#deployment/plugin/entries/index.ts';
import { functionOf, serverlessOf } from './serverless.ts';

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
  for (const kind of ['agent', 'authorizer', 'deployment', 'mesh']) {
    write(
      `hosts/lambda/${kind}.ts`,
      `console.log('${kind}'); export const host = (handler: () => string) => () => 'hosted ' + handler();`,
    );
  }
  write(
    'hosts/lambda/on-deployment.ts',
    'export const onDeployment = (handler: () => string, { agents }: { agents: string[] }) => () => handler() + agents;',
  );
  write(
    'hosts/lambda/http/handler.ts',
    "export const httpHandler = (service: () => string) => () => 'served ' + service();",
  );
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
    const { hooks } = new EntriesPlugin(serverlessOf(all, { serviceDir: at.folder }));
    await hooks['before:package:createDeploymentArtifacts']?.();
    writeFileSync(join(at.folder, 'build/functions/registry.manifest.json'), '{"agents":["echo"]}');

    expect(await printed(at.folder, 'echo')).toEqual(['agent', 'agents/echo/handler', 'hosted called']);
    expect(await printed(at.folder, 'projector')).toEqual(['mesh', 'services/projector', 'hosted called']);
    expect(await printed(at.folder, 'gateway')).toEqual(['mesh', 'services/gateway', 'served called']);
    expect(await printed(at.folder, 'guard')).toEqual(['authorizer', 'services/guard', 'hosted called']);
    expect(await printed(at.folder, 'registry')).toEqual(['deployment', 'services/registry', 'hosted calledecho']);
  });

  it('takes the place of the handler where osls and the bundler look for it', async () => {
    const at = project();
    const all = functions();
    const { hooks } = new EntriesPlugin(serverlessOf(all, { serviceDir: at.folder }));
    await hooks['before:package:createDeploymentArtifacts']?.();
    expect(Object.values(all).map(({ handler }) => handler)).toEqual([
      'build/functions/echo.handler',
      'build/functions/projector.handler',
      'build/functions/gateway.handler',
      'build/functions/registry.handler',
      'build/functions/guard.handler',
    ]);
    expect(all.echo.package?.patterns).toEqual(['!**/*.map']);
  });

  it('of a function that is gone is gone, too', async () => {
    const at = project();
    const written = () => readdirSync(join(at.folder, 'build/functions'));
    const first = new EntriesPlugin(serverlessOf(functions(), { serviceDir: at.folder }));
    await first.hooks['before:package:createDeploymentArtifacts']?.();
    expect(written()).toContain('echo.ts');
    const { gateway } = functions();
    const second = new EntriesPlugin(serverlessOf({ gateway }, { serviceDir: at.folder }));
    await second.hooks['before:deploy:function:packageFunction']?.();
    expect(written()).toEqual(['gateway.ts']);
    expect(readFileSync(join(at.folder, 'build/functions/gateway.ts'), 'utf8')).not.toContain('host(');
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
