import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { ConfigurationError, messageOf } from '#shared/errors.ts';

const run = promisify(execFile);

/** A slow mirror may take minutes. */
const installTimeoutMs = 5 * 60_000;

export interface Environment {
  readonly folder: string;
  /** Versions by name. */
  readonly packages: Readonly<Record<string, string>>;
  readonly say: (line: string) => void;
}

/**
 * A virtual environment of Python with these packages. Creates it when it is missing, with pip and the index that this machine
 * has configured.
 *
 * @returns the path of its interpreter
 * @throws ConfigurationError that says what to install.
 */
export async function virtualEnvironment({ folder, packages, say }: Environment): Promise<string> {
  const python = path.join(folder, 'bin/python');
  if (await hasPackages(python, packages)) return python;
  await requirePython();
  const wanted = Object.entries(packages).map(([name, version]) => `${name}==${version}`);
  say(`Installing ${wanted.join(', ')} in ${folder}`);
  try {
    await run('python3', ['-m', 'venv', folder], { timeout: installTimeoutMs });
    await run(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...wanted], {
      timeout: installTimeoutMs,
    });
  } catch (cause) {
    throw new ConfigurationError(`${wanted.join(', ')} cannot be installed in ${folder}: ${problemOf(cause)}`, {
      cause,
    });
  }
  return python;
}

async function hasPackages(python: string, packages: Environment['packages']): Promise<boolean> {
  const names = JSON.stringify(Object.keys(packages));
  const program = `import importlib.metadata as m; print(*(m.version(n) for n in ${names}))`;
  try {
    const { stdout } = await run(python, ['-c', program]);
    return stdout.trim() === Object.values(packages).join(' ');
  } catch {
    // The environment is missing or incomplete. The installation repairs both.
    return false;
  }
}

async function requirePython(): Promise<void> {
  try {
    await run('python3', ['-c', 'import sys, venv; sys.exit(sys.version_info < (3, 10))']);
  } catch (cause) {
    throw new ConfigurationError(
      'Install Python 3.10 or newer as python3, with its module venv (Debian: python3-venv).',
      { cause },
    );
  }
}

/** The error output of the program, or else the error. */
function problemOf(error: unknown): string {
  const { stderr } = error as { stderr?: string };
  return stderr?.trim() || messageOf(error);
}
