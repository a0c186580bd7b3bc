import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { problemsOf, sizesTable } from '#tools/bundles/limits.ts';
import { type PackagedFunction, packagedFunctions } from '#tools/bundles/packaged.ts';
import { echoZip } from './archives.ts';

function packaged(name: string, size: number, others: readonly string[] = []): PackagedFunction {
  const module = `build/functions/${name}.mjs`;
  const files = [module, ...others].map((path, at) => ({
    name: path,
    size: at === 0 ? size : 1,
    packed: 1000,
    content: () => Buffer.alloc(0),
  }));
  return { name, module, files, environment: {} };
}

test('what is within its limit is no problem', () => {
  expect(problemsOf([packaged('gateway', 1_500_000), packaged('echo', 730_000)])).toEqual([]);
});

test('each that is too large is named with its size and limit', () => {
  const problems = problemsOf([packaged('gateway', 1_500_001), packaged('echo', 730_001), packaged('weather', 5)]);
  expect(problems).toEqual([
    expect.stringContaining('The bundle of gateway has 1500001 bytes, more than 1500000'),
    expect.stringContaining('The bundle of echo has 730001 bytes, more than 730000'),
  ]);
});

test('what else is in a package is named', () => {
  const problems = problemsOf([packaged('echo', 5, ['build/functions/echo.mjs.map', 'services/old.mjs'])]);
  expect(problems).toEqual([expect.stringContaining('build/functions/echo.mjs.map, services/old.mjs')]);
});

test('the table has the size of each, its limit and what is uploaded', () => {
  const lines = sizesTable([packaged('gateway', 908_256), packaged('echo', 5_000, ['a.map'])]).split('\n');
  expect(lines.map((line) => line.split(/ +/))).toEqual([
    ['function', 'bundle', 'KB', 'limit', 'KB', 'package', 'KB'],
    expect.anything(),
    ['gateway', '908', '1500', '1'],
    ['echo', '5', '730', '2'],
  ]);
});

test('without a package it says what to run', () => {
  const root = mkdtempSync(join(tmpdir(), 'starling-bundles-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  expect(() => packagedFunctions(root)).toThrow('run npm run package first');
});

test('functions are read as they were packaged', () => {
  const root = mkdtempSync(join(tmpdir(), 'starling-bundles-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  const write = (handler: string) => {
    const state = {
      service: {
        provider: { environment: { STARLING_STAGE: 'dev', STARLING_WAIT: '25' } },
        functions: {
          echo: { handler, package: { artifact: '.serverless/echo.zip' }, environment: { STARLING_WAIT: '3' } },
        },
      },
    };
    writeFileSync(join(root, '.serverless/serverless-state.json'), JSON.stringify(state));
  };
  mkdirSync(join(root, '.serverless'));
  writeFileSync(join(root, '.serverless/echo.zip'), echoZip);

  write('build/functions/echo.handler');
  expect(packagedFunctions(root)).toMatchObject([
    {
      name: 'echo',
      module: 'build/functions/echo.mjs',
      files: [{ name: 'build/functions/echo.mjs', size: 56 }, { name: 'größe.txt' }],
      environment: { STARLING_STAGE: 'dev', STARLING_WAIT: '3' },
    },
  ]);

  write('build/functions/other.handler');
  expect(() => packagedFunctions(root)).toThrow('does not hold its handler build/functions/other.handler');
});
