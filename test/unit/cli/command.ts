import path from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Io } from '#cli/io.ts';
import { run } from '#cli/run.ts';
import { systemClock } from '#shared/ports/clock.ts';
import type { FakeMesh } from './fake-mesh.ts';

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly ended: Promise<Ended>;
  /** Resolves when stdout or stderr holds the text. */
  seen(text: string): Promise<void>;
  /** Does what Ctrl-C does, for a command that ends by itself then. */
  interrupt(): Promise<Ended>;
}

export interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** The text on standard input. Undefined: there is none, and `isTTY` decides. */
  readonly input?: string | Uint8Array | undefined;
  /** The text that the person types on a terminal. */
  readonly typed?: string;
  /** Whether standard input and output are a terminal. */
  readonly isTTY?: boolean;
  readonly cwd?: string;
  readonly clock?: Io['clock'];
  readonly sleep?: Io['sleep'];
}

/** Runs a command in this process, as `npx starling` runs it in one of its own. */
export function start(
  mesh: Pick<FakeMesh, 'url' | 'folder'>,
  words: readonly string[],
  { env, input, typed, isTTY = false, cwd, clock = systemClock, sleep = soon }: CommandOptions = {},
): Running {
  const stop = new AbortController();
  const printed = { stdout: '', stderr: '' };
  const waiting = new Set<() => void>();
  const output = (name: keyof typeof printed) => ({
    isTTY,
    write: (text: string) => {
      printed[name] += text;
      for (const look of waiting) look();
    },
  });
  const ended = run(words, {
    stdin: {
      isTTY: isTTY && input === undefined,
      async *[Symbol.asyncIterator]() {
        yield input ?? typed ?? '';
      },
    },
    stdout: output('stdout'),
    stderr: output('stderr'),
    // The person's own files for AWS stay out of the way.
    env: { STARLING_URL: mesh.url, STARLING_DATA: mesh.folder, HOME: path.join(mesh.folder, 'home'), ...env },
    cwd,
    clock,
    sleep,
    stopSignal: () => stop.signal,
    timeZone: 'UTC',
  }).then((code): Ended => ({ code, ...printed }));
  return {
    ended,
    seen: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!printed.stdout.includes(wanted) && !printed.stderr.includes(wanted)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        void ended.then(({ stdout, stderr }) =>
          reject(new Error(`The command ended and did not print ${wanted}: ${stdout}${stderr}`)),
        );
      }),
    interrupt: () => {
      stop.abort();
      return ended;
    },
  };
}

export function runCommand(
  mesh: Pick<FakeMesh, 'url' | 'folder'>,
  words: readonly string[],
  options?: CommandOptions,
): Promise<Ended> {
  return start(mesh, words, options).ended;
}

/** A command as messages print it, in the folder of the project. The mesh of a test is never the default one. */
export function printed({ url, folder }: Pick<FakeMesh, 'url' | 'folder'>, command: string): string {
  return `npx starling --url ${url} --data ${folder} ${command}`;
}

/** A pause without its length: what a test waits for may come at once. */
async function soon(): Promise<void> {
  await setImmediate();
}
