import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { FakeMesh } from './fake-mesh.ts';

export const bin = fileURLToPath(new URL('../../../bin/starling.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessByStdio<null, Readable, Readable>;
  readonly ended: Promise<Ended>;
  /** Resolves when stdout or stderr holds the text. */
  seen(text: string): Promise<void>;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Options of node itself. */
  readonly node?: readonly string[];
  readonly script?: string;
  /** A file that is its standard input. */
  readonly input?: string;
}

/** The command as a user runs it, in a process of its own. */
export function start(
  mesh: Pick<FakeMesh, 'url' | 'folder'>,
  words: readonly string[],
  options: CommandOptions = {},
): Running {
  const env = {
    PATH: process.env.PATH,
    TZ: 'UTC',
    STARLING_URL: mesh.url,
    STARLING_DATA: mesh.folder,
    ...options.env,
  };
  const input = options.input === undefined ? undefined : openSync(options.input, 'r');
  // With a third stream that is no pipe TypeScript cannot tell what the others are.
  const child = spawn(process.execPath, [...(options.node ?? []), options.script ?? bin, ...words], {
    env,
    stdio: [input ?? 'ignore', 'pipe', 'pipe'],
  }) as ChildProcessByStdio<null, Readable, Readable>;
  if (input !== undefined) closeSync(input);
  const printed = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      printed[name] += text;
    });
  }
  const ended = new Promise<Ended>((resolve) => {
    child.on('close', (code, signal) => resolve({ code, signal, ...printed }));
  });
  return {
    child,
    ended,
    seen: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => (printed.stdout.includes(wanted) || printed.stderr.includes(wanted)) && resolve();
        for (const stream of [child.stdout, child.stderr]) stream.on('data', look);
        child.on('close', () =>
          reject(new Error(`ended without printing ${wanted}: ${printed.stdout}${printed.stderr}`)),
        );
        look();
      }),
  };
}

export function runCommand(
  mesh: Pick<FakeMesh, 'url' | 'folder'>,
  words: readonly string[],
  options?: CommandOptions,
): Promise<Ended> {
  return start(mesh, words, options).ended;
}
