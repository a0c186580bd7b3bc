import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../../..');

/** A folder with a `serverless.yml` and the files that it names, removed by `using`. */
export interface ServiceFolder extends Disposable {
  readonly folder: string;
  readonly file: string;
}

/** @param handlers paths of handler files, without the ending */
export function serviceFolder(yaml: string, handlers: readonly string[] = ['handler']): ServiceFolder {
  const folder = mkdtempSync(join(tmpdir(), 'starling-wiring-'));
  const file = join(folder, 'serverless.yml');
  writeFileSync(file, yaml);
  for (const handler of handlers) {
    const path = join(folder, `${handler}.ts`);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, 'export const handler = async (): Promise<void> => {};\n');
  }
  // osls loads local plugins from the service's folder, and Node resolves their imports from where the links lead.
  for (const shared of ['plugins', 'shared', 'deployment', 'node_modules'])
    symlinkSync(join(repository, shared), join(folder, shared));
  return { folder, file, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
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
