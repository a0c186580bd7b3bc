import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { bundle } from '#deployment/plugin/bundle/step.ts';
import { filesOfZip } from '#tools/bundles/zip.ts';
import { functionOf, serverlessOf, silent } from './serverless.ts';

/** A project of two functions with this module. */
function project(module: string) {
  const serviceDir = mkdtempSync(join(tmpdir(), 'starling-bundle-'));
  onTestFinished(() => rmSync(serviceDir, { recursive: true, force: true }));
  mkdirSync(join(serviceDir, 'src'));
  writeFileSync(join(serviceDir, 'src/one.ts'), module);
  writeFileSync(join(serviceDir, 'src/two.ts'), 'export const handler = (): number => 2;');
  const functions = {
    one: functionOf({ handler: 'src/one.handler' }),
    two: functionOf({ handler: 'src/two.handler' }),
  };
  const custom = { esbuild: { minify: true, sourcemap: 'external' } };
  return { serviceDir, functions, step: bundle(serverlessOf(functions, { serviceDir, custom }), silent) };
}

describe('the archives of functions', () => {
  it('hold the bundle and nothing else', async () => {
    const { serviceDir, functions, step } = project('export const handler = (): string => "one";');
    await step.bundle?.();
    expect(functions.one.package).toEqual({ artifact: '.serverless/one.zip' });
    const [file, ...others] = filesOfZip(readFileSync(join(serviceDir, '.serverless/one.zip')));
    expect(others).toEqual([]);
    expect(file?.name).toBe('src/one.mjs');
    const code = file?.content().toString() ?? '';
    expect(code).toBe(readFileSync(join(serviceDir, '.esbuild/src/one.mjs'), 'utf8'));
    expect((await import(`data:text/javascript,${encodeURIComponent(code)}`)).handler()).toBe('one');
    expect(readFileSync(join(serviceDir, '.esbuild/src/one.mjs.map'), 'utf8')).toContain('src/one.ts');
  });

  it('are the same for the same sources', async () => {
    const { serviceDir, step } = project('export const handler = () => 1;');
    const archive = () => readFileSync(join(serviceDir, '.serverless/one.zip'));
    await step.bundle?.();
    const first = archive();
    await step.bundle?.();
    expect(archive().equals(first)).toBe(true);
  });

  it('are not made of a module with an error, which is shown with its place', async () => {
    const { step } = project('export const handler = (;');
    await expect(step.bundle?.()).rejects.toThrow(/cannot be bundled.*\nsrc\/one\.ts:1:\d+/s);
  });
});
