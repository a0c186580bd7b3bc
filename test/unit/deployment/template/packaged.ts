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
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import type { Template } from '#deployment/plugin/template.ts';
import { sleep } from '#shared/sleep.ts';

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
  await once(folder, () => makePackage(folder, stage, moreFunctions));
  // The time of the last use, by which old packages go.
  utimesSync(folder, new Date(), new Date());
  const templateFile = join(folder, '.serverless', templateName);
  return { folder, templateFile, template: JSON.parse(readFileSync(templateFile, 'utf8')) };
}

const LOCK_AGE_MS = 300_000;

/** Makes a folder unless it is there. Of several processes, one makes it and the others wait. */
async function once(folder: string, make: () => Promise<void>): Promise<void> {
  const lock = `${folder}.lock`;
  mkdirSync(cache, { recursive: true });
  while (!existsSync(folder)) {
    try {
      mkdirSync(lock);
    } catch {
      const age = Date.now() - (statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0);
      // A process that was killed leaves its lock.
      if (age > LOCK_AGE_MS) rmSync(lock, { recursive: true, force: true });
      await sleep(100);
      continue;
    }
    try {
      if (!existsSync(folder)) await make();
    } finally {
      rmSync(lock, { recursive: true, force: true });
    }
  }
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

/** Makes the package beside its place, and moves it there whole. */
async function makePackage(target: string, stage: string, moreFunctions: string): Promise<void> {
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
    throw error;
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
