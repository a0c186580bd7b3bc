import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import type { Template } from '#deployment/plugin/template.ts';

const repository = resolve(import.meta.dirname, '../../../..');
const templateName = 'cloudformation-template-update-stack.json';

/** The mesh as it is packaged for a stage. Other tests read the same folder. */
export interface Packaged {
  readonly folder: string;
  readonly templateFile: string;
  readonly template: Template;
}

const sources = ['adapters', 'agents', 'deployment', 'hosts', 'schemas', 'services', 'shared', 'wiring'];
const settings = ['package.json', 'package-lock.json', 'serverless.yml', 'tsconfig.json'];
const cache = join(repository, 'node_modules/.cache/starling-packages');

/**
 * Packages the serverless.yml of the mesh, offline and without credentials. The first test that needs a package makes it.
 * Later tests, in any process, read it until a source changes.
 *
 * @param moreFunctions lines of YAML to stand beside its functions
 */
export async function packageMesh(stage: string, moreFunctions = ''): Promise<Packaged> {
  const folder = join(cache, keyOf(stage, moreFunctions));
  if (!existsSync(folder)) await makePackage(folder, stage, moreFunctions);
  const templateFile = join(folder, '.serverless', templateName);
  return { folder, templateFile, template: JSON.parse(readFileSync(templateFile, 'utf8')) };
}

/** All that a package is made of. */
function keyOf(stage: string, moreFunctions: string): string {
  const hash = createHash('sha256').update(JSON.stringify([stage, moreFunctions]));
  const files = sources.flatMap((source) => globSync(`${source}/**/*`, { cwd: repository, withFileTypes: true }));
  const paths = files.filter((file) => file.isFile()).map((file) => join(file.parentPath, file.name));
  for (const path of [...paths.sort(), ...settings.map((name) => join(repository, name))]) {
    hash.update(path).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

/** Makes the package beside its place, and moves it there whole: of two processes that make it, the first one's stays. */
async function makePackage(target: string, stage: string, moreFunctions: string): Promise<void> {
  mkdirSync(cache, { recursive: true });
  removeOld();
  const folder = mkdtempSync(`${target}-`);
  for (const file of ['package.json', 'tsconfig.json']) copyFileSync(join(repository, file), join(folder, file));
  const mesh = readFileSync(join(repository, 'serverless.yml'), 'utf8');
  writeFileSync(
    join(folder, 'serverless.yml'),
    mesh.replace(/^functions:\n/m, (line) => `${line}${moreFunctions}\n`),
  );
  for (const linked of [...sources, 'node_modules']) {
    symlinkSync(join(repository, linked), join(folder, linked));
  }
  try {
    await serverless(folder, ['package', '--stage', stage]);
    renameSync(folder, target);
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    if (!existsSync(target)) throw error;
  }
}

const DAY_MS = 86_400_000;

/** A package is some 20 MB. */
function removeOld(): void {
  for (const name of readdirSync(cache)) {
    const path = join(cache, name);
    const age = Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());
    if (age > DAY_MS) rmSync(path, { recursive: true, force: true });
  }
}

function serverless(cwd: string, args: string[]): Promise<void> {
  const bin = join(repository, 'node_modules/serverless/bin/serverless.js');
  const options = {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, AWS_EC2_METADATA_DISABLED: 'true' },
    timeout: 300_000,
    maxBuffer: 10_000_000,
  };
  return new Promise((resolved, rejected) => {
    execFile(process.execPath, [bin, ...args], options, (error, stdout, stderr) => {
      if (error) rejected(new Error(stdout + stderr, { cause: error }));
      else resolved();
    });
  });
}
