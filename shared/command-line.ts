import { existsSync, readFileSync, realpathSync } from 'node:fs';
import path from 'node:path';
import type { StarlingError } from './errors.ts';
import { isObject } from './objects.ts';

/** The folder of package.json. */
const project = path.resolve(import.meta.dirname, '..');
const ownBin = path.join(project, 'bin/starling.js');

/** The mesh of a `starling` command without an option or a variable that names another mesh. */
export const DEFAULT_URL = 'http://127.0.0.1:4280';
export const DEFAULT_DATA = '.starling';

/** The shell in which a person reads a printed command. */
export interface Shell {
  /** The working directory. */
  readonly cwd: string;
  /** The variable PATH. */
  readonly path: string | undefined;
}

/**
 * The shell of the person who started this process. npm runs a script in the folder of the package and tells in INIT_CWD
 * where it was called.
 */
export function shellOf(env: Readonly<Record<string, string | undefined>>, cwd: string): Shell {
  return { cwd: env.INIT_CWD || cwd, path: env.PATH };
}

/** The mesh that a printed command is about. */
export type CommandTarget =
  | { readonly kind: 'standalone'; readonly url?: string | undefined; readonly data?: string | undefined }
  | { readonly kind: 'aws'; readonly stage: string; readonly region?: string | undefined };

/**
 * Composes the commands that messages print, so that they work in the shell where they are read.
 *
 * @example
 * const commands = new CommandLines({ cwd: '/tmp', path: process.env.PATH }, { kind: 'standalone', data: '/srv/mesh' });
 * commands.line('tasks', 'get', id); // /home/me/starling/bin/starling.js --data /srv/mesh tasks get 019a…
 */
export class CommandLines {
  /** How the shell starts the command: `npx starling` in the project. */
  readonly program: string;
  readonly #shell: Shell;
  readonly #target: CommandTarget;

  constructor(shell: Shell, target: CommandTarget = { kind: 'standalone' }) {
    this.#shell = shell;
    this.#target = target;
    this.program = programOf(shell);
  }

  /** The same shell, and another mesh. */
  with(target: CommandTarget): CommandLines {
    return new CommandLines(this.#shell, target);
  }

  /** A `starling` command, quoted for a POSIX shell. */
  line(...words: readonly string[]): string {
    return [this.program, ...[...this.#options(), ...words].map(shellWord)].join(' ');
  }

  /** The message of an error, with the command that helps behind it. */
  messageOf({ message, command }: StarlingError): string {
    return command === undefined ? message : `${message} ${this.line(...command)}`;
  }

  /** The command that starts the mesh. Undefined: the mesh runs on another machine. */
  start(): string | undefined {
    if (this.#target.kind === 'aws') return undefined;
    const { url = DEFAULT_URL, data = DEFAULT_DATA } = this.#target;
    const address = URL.parse(url);
    if (address?.protocol !== 'http:' || !isLoopback(address.hostname)) return undefined;
    const folder = path.resolve(this.#shell.cwd, data);
    const variables = [
      ...(new URL(DEFAULT_URL).port === address.port ? [] : [`STARLING_PORT=${address.port || '80'}`]),
      ...(folder === path.join(project, DEFAULT_DATA) ? [] : [`STARLING_DATA=${shellWord(folder)}`]),
    ];
    // npm runs a script in the folder of the package, from wherever it is called.
    const npm = packageAround(this.#shell.cwd) === project ? 'npm start' : `npm --prefix ${shellWord(project)} start`;
    return [...variables, npm].join(' ');
  }

  #options(): readonly string[] {
    if (this.#target.kind === 'aws') {
      const { stage, region } = this.#target;
      return ['--stage', stage, ...(region === undefined ? [] : ['--region', region])];
    }
    const { url = DEFAULT_URL, data = DEFAULT_DATA } = this.#target;
    const folder = path.resolve(this.#shell.cwd, data);
    return [
      ...(url === DEFAULT_URL ? [] : ['--url', url]),
      ...(folder === path.resolve(this.#shell.cwd, DEFAULT_DATA) ? [] : ['--data', folder]),
    ];
  }
}

/** Quotes a word for a POSIX shell where it needs quotes. Within single quotes only the quote itself is special. */
export function shellWord(word: string): string {
  return /^[\w/-][\w./:@%+=,-]*$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** Outside the project, `npx starling` runs the package of a stranger. */
function programOf({ cwd, path: folders }: Shell): string {
  if (npxFindsUs(cwd)) return 'npx starling';
  const onPath = (folders ?? '')
    .split(path.delimiter)
    // npx adds these folders for the command that it runs. The shell of the person does not have them.
    .filter((folder) => folder !== '' && !folder.endsWith('node_modules/.bin'))
    .map((folder) => path.join(folder, 'starling'))
    .find((file) => existsSync(file));
  return onPath !== undefined && isOurs(onPath) ? 'starling' : shellWord(ownBin);
}

/** npx takes the command of the package around the folder, or of the packages that are installed there. */
function npxFindsUs(cwd: string): boolean {
  const around = packageAround(cwd);
  if (around === undefined) return false;
  if (isOurs(path.join(around, 'node_modules/.bin/starling'))) return true;
  const bin = manifestOf(around)?.bin;
  return isObject(bin) && typeof bin.starling === 'string' && isOurs(path.join(around, bin.starling));
}

/** The nearest folder upwards that npm takes for a package. */
function packageAround(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = path.dirname(folder)) {
    if (existsSync(path.join(folder, 'package.json')) || existsSync(path.join(folder, 'node_modules'))) {
      return realpathSync(folder);
    }
    if (folder === path.dirname(folder)) return undefined;
  }
}

function manifestOf(folder: string): { readonly bin?: unknown } | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    return isObject(manifest) ? manifest : undefined;
  } catch {
    // npm finds no command in a package whose manifest it cannot read.
    return undefined;
  }
}

function isOurs(file: string): boolean {
  try {
    return realpathSync(file) === realpathSync(ownBin);
  } catch {
    return false;
  }
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}
