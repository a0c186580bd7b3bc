import { fstatSync, write as writeFile } from 'node:fs';

/** Writes log lines without making the caller wait. */
export interface LineOutput {
  write(text: string): void;
  /** Characters or bytes that are not written yet, because a reader may be slow. */
  readonly pending: number;
  /** Resolves when a file has all lines. It does not wait for a pipe, because the reader of a pipe may never read. */
  drain(): Promise<void>;
}

const STANDARD_OUTPUT = 1;

/**
 * Standard output. Node writes to a file within the call, so a file gets its lines through the thread pool. Node itself
 * keeps what the reader of a pipe does not take.
 *
 * @param write writes to standard output, where this is not a file
 */
export function standardOutput(write: (text: string) => void = (text) => void process.stdout.write(text)): LineOutput {
  if (fstatSync(STANDARD_OUTPUT).isFile()) return new FileOutput(STANDARD_OUTPUT);
  return {
    write,
    get pending() {
      return process.stdout.writableLength;
    },
    drain: async () => {},
  };
}

/** Writes to an open file, one write at a time. A failed write loses its lines, as standard output does. */
export class FileOutput implements LineOutput {
  readonly #descriptor: number;
  #waiting = '';
  #writing: Buffer | undefined;
  #idle: () => void = () => {};

  constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  get pending(): number {
    return this.#waiting.length + (this.#writing?.length ?? 0);
  }

  write(text: string): void {
    this.#waiting += text;
    if (this.#writing === undefined) this.#next();
  }

  async drain(): Promise<void> {
    if (this.#writing === undefined) return;
    await new Promise<void>((resolve) => {
      this.#idle = resolve;
    });
  }

  #next(): void {
    this.#writing = this.#waiting === '' ? undefined : Buffer.from(this.#waiting);
    this.#waiting = '';
    if (this.#writing === undefined) this.#idle();
    else this.#continue(this.#writing);
  }

  #continue(rest: Buffer): void {
    writeFile(this.#descriptor, rest, (error, written) => {
      if (error || written === rest.length) this.#next();
      else this.#continue(rest.subarray(written));
    });
  }
}
