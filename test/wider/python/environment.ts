import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { virtualEnvironment } from '#deployment/emulator/virtual-environment.ts';
import type { Mesh } from '#test/support/mesh.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/**
 * What of AWS's tools in Python is tried here, each in an environment of its own: they want botocores that do not get along.
 */
const tools = {
  boto3: { boto3: '1.43.11' },
  awscli: { awscli: '1.46.3' },
} as const;

/** @returns the folder of the tool's programs, `python` among them */
export async function installed(tool: keyof typeof tools): Promise<string> {
  const folder = path.join(root, '.venv', tool);
  return path.dirname(await virtualEnvironment({ folder, packages: tools[tool], say: console.log }));
}

/** What `npx starling env` has a program see of the mesh, without what a developer's shell has set for another place. */
export async function environmentOf(mesh: Mesh): Promise<NodeJS.ProcessEnv> {
  const { stdout } = await promisify(execFile)(process.execPath, ['cli/main.ts', 'env', '--json', '--url', mesh.url], {
    cwd: root,
    env: { ...process.env, STARLING_DATA: mesh.data },
  });
  const nothing = path.join(mesh.data, 'none');
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('AWS_'));
  return {
    ...Object.fromEntries(own),
    AWS_CONFIG_FILE: nothing,
    AWS_SHARED_CREDENTIALS_FILE: nothing,
    ...JSON.parse(stdout),
  };
}
