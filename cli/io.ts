import path from 'node:path';
import type { Clock } from '#shared/ports/clock.ts';

export interface Input extends AsyncIterable<string | Uint8Array> {
  readonly isTTY?: boolean | undefined;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** Characters of a line. */
  readonly columns?: number | undefined;
}

/** All that a command uses of the process that it runs in. Commands read no `process` of their own. */
export interface Io {
  readonly stdin: Input;
  readonly stdout: Output;
  readonly stderr: Output;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Relative paths begin here. Undefined: in the folder of the process. */
  readonly cwd?: string | undefined;
  readonly clock: Clock;
  /** Resolves after a time, or as soon as the signal aborts. */
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
  /**
   * Aborts when the person presses Ctrl-C or the process gets SIGTERM. The reason is the name of the signal. A command
   * that asks for this signal ends by itself when it aborts; any other command ends with its process.
   */
  stopSignal(): AbortSignal;
  /** The IANA name of the time zone that times are printed in. Undefined: the machine's own. */
  readonly timeZone?: string | undefined;
}

/** A path that the person typed, as the file system takes it. */
export function pathFrom({ cwd }: Pick<Io, 'cwd'>, typed: string): string {
  return cwd === undefined ? typed : path.resolve(cwd, typed);
}
