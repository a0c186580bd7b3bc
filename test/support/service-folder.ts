import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll } from 'vitest';

const repository = resolve(import.meta.dirname, '../..');

const made: string[] = [];
afterAll(() => {
  for (const folder of made.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** A folder with a `serverless.yml` and the files that it names. It is removed after the tests of the file. */
export interface ServiceFolder {
  readonly folder: string;
  readonly file: string;
}

/** @param handlers paths of handler files, without the ending */
export function serviceFolder(yaml: string, handlers: readonly string[] = ['handler']): ServiceFolder {
  const folder = mkdtempSync(join(tmpdir(), 'starling-wiring-'));
  made.push(folder);
  const file = join(folder, 'serverless.yml');
  writeFileSync(file, yaml);
  for (const handler of handlers) {
    const path = join(folder, `${handler}.ts`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'export const handler = async (): Promise<void> => {};\n');
  }
  // osls loads local plugins from the service's folder, and Node resolves their imports from where the links lead.
  for (const shared of ['shared', 'deployment', 'node_modules'])
    symlinkSync(join(repository, shared), join(folder, shared));
  return { folder, file };
}

/** Runs osls in the folder without credentials; rejects with all that it printed when it fails. */
export async function osls({ folder }: ServiceFolder, ...args: string[]): Promise<string> {
  const bin = join(repository, 'node_modules/serverless/bin/serverless.js');
  const options = {
    cwd: folder,
    env: { PATH: process.env.PATH, HOME: folder, AWS_EC2_METADATA_DISABLED: 'true' },
    timeout: 60_000,
    maxBuffer: 10_000_000,
  };
  return new Promise((resolved, rejected) => {
    execFile(process.execPath, [bin, ...args], options, (error, stdout, stderr) => {
      if (error) rejected(new Error(stdout + stderr, { cause: error }));
      else resolved(stdout);
    });
  });
}
