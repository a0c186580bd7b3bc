import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { virtualEnvironment } from '#deployment/emulator/virtual-environment.ts';
import type { Mesh } from '#test/support/mesh.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/**
 * The packages in Python that are tried here, each in an environment of its own, because their dependencies conflict.
 */
const tools = {
  boto3: { boto3: '1.43.11' },
  awscli: { awscli: '1.46.3' },
  'a2a-0.3': { 'a2a-sdk': '0.3.26' },
  'a2a-1': { 'a2a-sdk': '1.3.0' },
} as const;

/** @returns the folder of the tool's programs, `python` among them */
export async function installed(tool: keyof typeof tools): Promise<string> {
  const folder = path.join(root, '.venv', tool);
  return path.dirname(await virtualEnvironment({ folder, packages: tools[tool], say: console.log }));
}

/**
 * The variables that `npx starling env` gives a program, without those that a developer's shell has for another place.
 *
 * @param before the variables of the shell, such as AWS credentials
 */
export async function environmentOf(mesh: Mesh, before: Record<string, string> = {}): Promise<NodeJS.ProcessEnv> {
  const own = Object.entries(process.env).filter(([name]) => !/^(?:AWS|STARLING)_/.test(name));
  const files = {
    AWS_CONFIG_FILE: path.join(mesh.data, 'aws', 'config'),
    AWS_SHARED_CREDENTIALS_FILE: path.join(mesh.data, 'aws', 'credentials'),
  };
  const env = { ...Object.fromEntries(own), ...files, ...before };
  const { stdout } = await promisify(execFile)(process.execPath, ['cli/main.ts', 'env', '--json', '--url', mesh.url], {
    cwd: root,
    env: { ...env, STARLING_DATA: mesh.data },
  });
  return { ...env, ...JSON.parse(stdout) };
}
