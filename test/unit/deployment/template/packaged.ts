import { execFile } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Template } from '#deployment/plugin/template.ts';

const repository = resolve(import.meta.dirname, '../../../..');
const templateName = 'cloudformation-template-update-stack.json';

/** The mesh as it is packaged for a stage, in a folder of its own. Its `dispose` removes the folder. */
export interface Packaged extends Disposable {
  readonly folder: string;
  readonly templateFile: string;
  readonly template: Template;
}

/**
 * Packages the serverless.yml of the mesh, offline and without credentials.
 *
 * @param moreFunctions lines of YAML to stand beside its functions
 */
export async function packageMesh(stage: string, moreFunctions = ''): Promise<Packaged> {
  const folder = mkdtempSync(join(tmpdir(), 'starling-package-'));
  for (const file of ['package.json', 'tsconfig.json']) copyFileSync(join(repository, file), join(folder, file));
  const mesh = readFileSync(join(repository, 'serverless.yml'), 'utf8');
  writeFileSync(
    join(folder, 'serverless.yml'),
    mesh.replace(/^functions:\n/m, (line) => `${line}${moreFunctions}\n`),
  );
  const sources = ['adapters', 'agents', 'deployment', 'hosts', 'schemas', 'services', 'shared', 'wiring'];
  for (const linked of [...sources, 'node_modules']) {
    symlinkSync(join(repository, linked), join(folder, linked));
  }
  await serverless(folder, ['package', '--stage', stage]);
  const templateFile = join(folder, '.serverless', templateName);
  return {
    folder,
    templateFile,
    template: JSON.parse(readFileSync(templateFile, 'utf8')),
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function serverless(cwd: string, args: string[]): Promise<void> {
  const bin = join(repository, 'node_modules/serverless/bin/serverless.js');
  const options = {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, AWS_EC2_METADATA_DISABLED: 'true' },
    timeout: 90_000,
    maxBuffer: 10_000_000,
  };
  return new Promise((resolved, rejected) => {
    execFile(process.execPath, [bin, ...args], options, (error, stdout, stderr) => {
      if (error) rejected(new Error(stdout + stderr, { cause: error }));
      else resolved();
    });
  });
}
