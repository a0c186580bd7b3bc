import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { describe } from 'vitest';
import { temporaryFolder } from './fixtures.ts';

/** A file system of its own in memory, which can be filled to the last block and emptied again. */
export class SmallDisk {
  readonly folder = temporaryFolder();

  constructor(kilobytes: number) {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kilobytes}k`, 'tmpfs', this.folder], { stdio: 'pipe' });
  }

  get #filler(): string {
    return path.join(this.folder, 'filler');
  }

  fill(): void {
    const file = openSync(this.#filler, 'a');
    try {
      for (;;) writeSync(file, Buffer.alloc(4_096));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.#filler);
  }

  makeReadOnly(): void {
    execFileSync('mount', ['-o', 'remount,ro', this.folder]);
  }

  resize(kilobytes: number): void {
    execFileSync('mount', ['-o', `remount,size=${kilobytes}k`, this.folder]);
  }

  remove(): void {
    execFileSync('umount', ['--lazy', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A suite that needs one. Mounting takes Linux and root: elsewhere it is skipped, and its name says why. */
export function describeOnSmallDisk(title: string, options: { readonly timeout: number }, suite: () => void): void {
  const why = whyNoSmallDisk();
  if (why === undefined) describe(title, options, suite);
  else describe.skip(`${title} (skipped: ${why})`, options, suite);
}

export function whyNoSmallDisk(): string | undefined {
  try {
    new SmallDisk(64).remove();
    return undefined;
  } catch (error) {
    return `a small disk cannot be mounted here: ${String((error as { stderr?: unknown }).stderr ?? error).trim()}`;
  }
}
